import type { TrackRole } from "./failures.js";
import type { PageEvents } from "./platform.js";
import type { WarningCode } from "./types.js";

// Timers of a hidden page can be a minute late, but WebSocket messages are not: only a gap
// without either means that the computer slept.
const SLEEP_MS = 15_000;

const MUTED: Record<TrackRole, [WarningCode, string]> = {
  camera: ["camera-muted", "The camera is not delivering any video."],
  screen: ["camera-muted", "The shared screen is not delivering any video."],
  microphone: ["microphone-muted", "The microphone is muted."],
};

export interface LivenessListener {
  trackEnded(role: TrackRole): void;
  /** @param gapMs for how long nothing happened */
  slept(gapMs: number): void;
  /** The network is back. */
  online(): void;
  pageLeft(): void;
  warning(code: WarningCode, message: string): void;
}

export interface LivenessMonitorOptions {
  tracks: MediaStreamTrack[];
  page: PageEvents | undefined;
  wallClock: () => number;
  listener: LivenessListener;
}

/** What a track is to the person who streams. A shared screen is recognised by its settings. */
export function roleOf(track: MediaStreamTrack): TrackRole {
  if (track.kind === "audio") {
    return "microphone";
  }
  return track.getSettings().displaySurface === undefined ? "camera" : "screen";
}

/**
 * Monitors what a stream depends on besides the network: its tracks, the page, and the computer
 * being awake.
 */
export class LivenessMonitor {
  readonly #options: LivenessMonitorOptions;
  readonly #listening = new AbortController();
  #lastActivityMs: number;

  constructor(options: LivenessMonitorOptions) {
    this.#options = options;
    this.#lastActivityMs = options.wallClock();
    const { tracks, page, listener } = options;
    for (const track of tracks) {
      this.#on(track, "ended", () => listener.trackEnded(roleOf(track)));
      this.#on(track, "mute", () => this.#muted(track));
    }
    if (page) {
      this.#on(page.window, "pagehide", () => listener.pageLeft());
      this.#on(page.window, "online", () => listener.online());
      this.#on(page.document, "visibilitychange", () => this.#visibilityChanged(page));
    }
  }

  /** Reports what already impairs the stream when it starts. */
  reportInitialState(): void {
    const { tracks, page } = this.#options;
    tracks.filter(({ muted }) => muted).forEach((track) => this.#muted(track));
    if (page) {
      this.#visibilityChanged(page);
    }
  }

  /** Call on every sign that the page runs: each timer and each message. */
  onActivity(): void {
    const nowMs = this.#options.wallClock();
    const gapMs = nowMs - this.#lastActivityMs;
    this.#lastActivityMs = nowMs;
    if (gapMs > SLEEP_MS) {
      this.#options.listener.slept(gapMs);
    }
    // A track that the page itself has stopped fires no event.
    const ended = this.#options.tracks.find(({ readyState }) => readyState === "ended");
    if (ended) {
      this.#options.listener.trackEnded(roleOf(ended));
    }
  }

  stop(): void {
    this.#listening.abort();
  }

  #muted(track: MediaStreamTrack): void {
    this.#options.listener.warning(...MUTED[roleOf(track)]);
  }

  #visibilityChanged({ document }: PageEvents): void {
    if (document.hidden) {
      this.#options.listener.warning(
        "page-hidden",
        "The page is hidden. The stream continues, but the browser may reduce its frame rate.",
      );
    }
  }

  #on(target: EventTarget, type: string, listener: () => void): void {
    target.addEventListener(type, listener, { signal: this.#listening.signal });
  }
}
