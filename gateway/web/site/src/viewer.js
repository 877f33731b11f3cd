import { nextLookMs, playlistState } from "./playlist.js";

// Longer than any pause of a healthy stream: two segments of the usual two seconds, and a playlist's reload.
const STALL_MS = 8_000;
const WATCH_EVERY_MS = 1_000;

/** @typedef {"looking" | "waiting" | "loading" | "playing" | "ended" | "interrupted" | "unplayable"} ViewerState */

/**
 * Plays a stream whenever there is one: waits for it to start, plays it, tells when it has ended, and waits again.
 * It looks at the playlist itself before it starts a player, because players take a missing one for an error.
 */
export class Viewer extends EventTarget {
  /** @type {ViewerState} */
  state = "looking";
  /** @type {import("./player.js").Player | null} */
  player = null;

  #video;
  #playlist;
  #start;
  #read;
  #now;
  #attempt = 0;
  /** @type {string | null} the playlist at which playing broke off; it says live until the gateway removes it */
  #stale = null;
  #markStale = false;
  #lastTime = -1;
  #movedAtMs = 0;

  /**
   * @param {object} options
   * @param {HTMLVideoElement} options.video
   * @param {string} options.playlist
   * @param {import("./player.js").Start} options.start
   * @param {(url: string) => Promise<string | null>} [options.read] the playlist's text; null while there is none
   * @param {() => number} [options.now] milliseconds of a clock that never goes back
   */
  constructor({ video, playlist, start, read = readText, now = () => performance.now() }) {
    super();
    this.#video = video;
    this.#playlist = playlist;
    this.#start = start;
    this.#read = read;
    this.#now = now;
    video.addEventListener("playing", () => this.player && this.#become("playing"));
    video.addEventListener("ended", () => this.#leave("ended"));
    setInterval(() => this.#watchForStall(), WATCH_EVERY_MS);
  }

  async look() {
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
    setTimeout(() => this.look(), nextLookMs(this.#attempt++));
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

  /** @param {ViewerState} state */
  #leave(state) {
    if (!this.player) {
      return;
    }
    this.player.destroy();
    this.player = null;
    this.#markStale = state === "interrupted";
    this.#become(state);
    this.look();
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

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

async function readText(url) {
  const response = await fetch(url, { cache: "no-store" }).catch(() => null);
  return response?.ok ? response.text() : null;
}
