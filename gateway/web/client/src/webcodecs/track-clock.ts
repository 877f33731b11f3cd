/** Until then the least difference is taken as it comes; a page that has just started is late with its first frames. */
export const CALIBRATION_MS = 300;

/** Later the offset follows so slowly that nobody sees or hears it. */
const SLEW_MS_PER_SECOND = 20;

/** More than this, for so long, is no jitter: the source was stopped, or the machine slept. */
const JUMP_MS = 300;
const JUMP_FOR_MS = 2_000;

/**
 * Puts the timestamps of one track on the page's clock. Each source counts from where it likes (a canvas from its first
 * frame, a camera from when the machine was started), so only the moment of arrival joins a picture to its sound. Frames
 * are late by a little, some by more, and never early: the least difference seen is the true one.
 */
export class TrackClock {
  #startedAtMs: number | undefined;
  #offsetMs = Infinity;
  #lastMs = -Infinity;
  #lastArrivalMs = 0;
  /** The least difference since the last look, to tell a source that jumped from a page that was busy. */
  #leastMs = Infinity;
  #lookedAtMs = 0;

  /** Whether the offset can be relied on. A source that stands still may have shown a single frame by then. */
  calibrated(nowMs: number): boolean {
    return this.#startedAtMs !== undefined && nowMs - this.#startedAtMs >= CALIBRATION_MS;
  }

  /**
   * @param timestampMs the source's
   * @param arrivedAtMs on the page's clock
   * @returns when it was captured, on the page's clock; never less than the last time
   */
  toPageTime(timestampMs: number, arrivedAtMs: number): number {
    const seenMs = arrivedAtMs - timestampMs;
    if (!this.calibrated(arrivedAtMs)) {
      this.#startedAtMs ??= arrivedAtMs;
      this.#offsetMs = Math.min(this.#offsetMs, seenMs);
      this.#lookedAtMs = arrivedAtMs;
    } else {
      this.#follow(seenMs, arrivedAtMs);
    }
    this.#lastArrivalMs = arrivedAtMs;
    this.#lastMs = Math.max(this.#lastMs, timestampMs + this.#offsetMs);
    return this.#lastMs;
  }

  #follow(seenMs: number, arrivedAtMs: number): void {
    if (seenMs < this.#offsetMs) {
      const mostMs = ((arrivedAtMs - this.#lastArrivalMs) * SLEW_MS_PER_SECOND) / 1_000;
      this.#offsetMs = Math.max(seenMs, this.#offsetMs - mostMs);
    }
    this.#leastMs = Math.min(this.#leastMs, seenMs);
    if (arrivedAtMs - this.#lookedAtMs >= JUMP_FOR_MS) {
      if (Math.abs(this.#leastMs - this.#offsetMs) > JUMP_MS) {
        this.#offsetMs = this.#leastMs;
      }
      this.#leastMs = Infinity;
      this.#lookedAtMs = arrivedAtMs;
    }
  }
}
