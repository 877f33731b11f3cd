import type { Player, Start } from "./player.js";
import { nextLookMs, playlistState } from "./playlist.js";

// Longer than any pause of a healthy stream: two segments of the usual two seconds, and a playlist's reload.
const STALL_MS = 8_000;
const WATCH_EVERY_MS = 1_000;

export type ViewerState =
  "looking" | "waiting" | "loading" | "playing" | "ended" | "interrupted" | "unplayable";

export interface ViewerOptions {
  video: HTMLVideoElement;
  /** Its address. */
  playlist: string;
  start: Start;
  /** The playlist's text; null while there is none. */
  read?: (url: string) => Promise<string | null>;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

/**
 * Plays a stream whenever there is one: waits for it to start, plays it, tells when it has ended, and waits again.
 * It looks at the playlist itself before it starts a player, because players take a missing one for an error.
 *
 * Events: `state`.
 */
export class Viewer extends EventTarget {
  state: ViewerState = "looking";
  player: Player | null = null;

  readonly #video: HTMLVideoElement;
  readonly #playlist: string;
  readonly #start: Start;
  readonly #read: (url: string) => Promise<string | null>;
  readonly #now: () => number;
  #attempt = 0;
  /** The playlist at which playing broke off; it says live until the gateway removes it. */
  #stale: string | null = null;
  #markStale = false;
  #lastTime = -1;
  #movedAtMs = 0;

  constructor({ video, playlist, start, read = readText, now }: ViewerOptions) {
    super();
    this.#video = video;
    this.#playlist = playlist;
    this.#start = start;
    this.#read = read;
    this.#now = now ?? (() => performance.now());
    video.addEventListener("playing", () => this.player && this.#become("playing"));
    video.addEventListener("ended", () => this.#leave("ended"));
    setInterval(() => this.#watchForStall(), WATCH_EVERY_MS);
  }

  async look(): Promise<void> {
    const text = await this.#read(this.#playlist);
    const found = text === null ? "starting" : playlistState(text);
    if (this.#markStale) {
      this.#stale = text;
      this.#markStale = false;
    }
    if (found === "live" && text !== this.#stale) {
      this.#play();
      return;
    }
    if (found === "ended") {
      this.#become("ended");
    } else if (this.state === "looking") {
      this.#become("waiting");
    }
    setTimeout(() => void this.look(), nextLookMs(this.#attempt++));
  }

  #play() {
    this.#attempt = 0;
    this.#lastTime = -1;
    this.#movedAtMs = this.#now();
    this.#become("loading");
    this.player = this.#start(this.#video, this.#playlist, () => this.#leave("interrupted"));
    // Refused autoplay leaves the controls, and the person, in charge.
    this.#video.play().catch(() => {});
  }

  #leave(state: ViewerState) {
    if (!this.player) {
      return;
    }
    this.player.destroy();
    this.player = null;
    this.#markStale = state === "interrupted";
    this.#become(state);
    void this.look();
  }

  #watchForStall() {
    const now = this.#now();
    const { currentTime, paused } = this.#video;
    if (!this.player || currentTime !== this.#lastTime || (paused && this.state === "playing")) {
      this.#lastTime = currentTime;
      this.#movedAtMs = now;
    } else if (now - this.#movedAtMs > STALL_MS) {
      this.#leave("interrupted");
    }
  }

  #become(state: ViewerState) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

async function readText(url: string): Promise<string | null> {
  const response = await fetch(url, { cache: "no-store" }).catch(() => null);
  return response?.ok ? response.text() : null;
}
