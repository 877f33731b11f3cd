import type { Player, StartPlayer } from "./player.js";
import { nextPollMs, playlistState } from "./playlist.js";

// Longer than any pause of a healthy stream: two segments of the usual two seconds, and one
// playlist reload.
const STALL_MS = 8_000;
const WATCH_EVERY_MS = 1_000;

export type ViewerState =
  "searching" | "waiting" | "loading" | "playing" | "ended" | "interrupted" | "unplayable";

export interface ViewerOptions {
  video: HTMLVideoElement;
  /** Its URL. */
  playlist: string;
  start: StartPlayer;
  /** The playlist's text; null if there is none. */
  read?: (url: string) => Promise<string | null>;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/**
 * Plays a stream whenever there is one: waits for it to start, plays it, reports its end, and waits
 * again. It polls the playlist itself before it starts a player, because players treat a missing
 * one as an error.
 *
 * Events: `state`.
 */
export class Viewer extends EventTarget {
  state: ViewerState = "searching";
  player: Player | null = null;

  readonly #video: HTMLVideoElement;
  readonly #playlist: string;
  readonly #start: StartPlayer;
  readonly #read: (url: string) => Promise<string | null>;
  readonly #now: () => number;
  #polls = 0;
  /** The playlist at which playback broke off; it reads as live until the gateway removes it. */
  #stalePlaylist: string | null = null;
  #nextPlaylistIsStale = false;
  #lastTime = -1;
  #movedAtMs = 0;

  constructor({ video, playlist, start, read = readText, now }: ViewerOptions) {
    super();
    this.#video = video;
    this.#playlist = playlist;
    this.#start = start;
    this.#read = read;
    this.#now = now ?? (() => performance.now());
    video.addEventListener("playing", () => this.player && this.#setState("playing"));
    video.addEventListener("ended", () => this.#stopPlayer("ended"));
    setInterval(() => this.#watchForStall(), WATCH_EVERY_MS);
  }

  async poll(): Promise<void> {
    const text = await this.#read(this.#playlist);
    const found = text === null ? "starting" : playlistState(text);
    if (this.#nextPlaylistIsStale) {
      this.#stalePlaylist = text;
      this.#nextPlaylistIsStale = false;
    }
    if (found === "live" && text !== this.#stalePlaylist) {
      this.#play();
      return;
    }
    if (found === "ended") {
      this.#setState("ended");
    } else if (this.state === "searching") {
      this.#setState("waiting");
    }
    setTimeout(() => void this.poll(), nextPollMs(this.#polls++));
  }

  #play() {
    this.#polls = 0;
    this.#lastTime = -1;
    this.#movedAtMs = this.#now();
    this.#setState("loading");
    this.player = this.#start(this.#video, this.#playlist, () => this.#stopPlayer("interrupted"));
    // If autoplay is refused, the person starts playback with the controls.
    this.#video.play().catch(() => {});
  }

  #stopPlayer(state: ViewerState) {
    if (!this.player) {
      return;
    }
    this.player.destroy();
    this.player = null;
    this.#nextPlaylistIsStale = state === "interrupted";
    this.#setState(state);
    void this.poll();
  }

  #watchForStall() {
    const now = this.#now();
    const { currentTime, paused } = this.#video;
    if (!this.player || currentTime !== this.#lastTime || (paused && this.state === "playing")) {
      this.#lastTime = currentTime;
      this.#movedAtMs = now;
    } else if (now - this.#movedAtMs > STALL_MS) {
      this.#stopPlayer("interrupted");
    }
  }

  #setState(state: ViewerState) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

async function readText(url: string): Promise<string | null> {
  const response = await fetch(url, { cache: "no-store" }).catch(() => null);
  return response?.ok ? response.text() : null;
}
