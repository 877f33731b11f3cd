/**
 * Until then the smallest offset is used immediately; a page that has just started receives its
 * first frames late.
 */
export const CALIBRATION_MS = 300;

/** Later the offset follows too slowly to be seen or heard. */
const SLEW_MS_PER_SECOND = 20;

/**
 * A larger offset for longer than this is not jitter: the source was stopped, or the computer
 * slept.
 */
const JUMP_MS = 300;
const JUMP_FOR_MS = 2_000;

/**
 * Converts the timestamps of one track to the page's clock. Each source has its own time zero (a
 * canvas its first frame, a camera the start of the computer), so only the arrival time relates
 * video to audio. Frames arrive slightly late, some later, never early: the smallest offset seen is
 * the right one.
 */
export class TrackClock {
  #startedAtMs: number | undefined;
  #offsetMs = Infinity;
  #lastMs = -Infinity;
  #lastArrivalMs = 0;
  /**
   * The smallest offset in the current window; it distinguishes a source that jumped from a page
   * that was busy.
   */
  #minOffsetMs = Infinity;
  #windowStartMs = 0;

  /** Whether the offset is reliable. A static source may have delivered a single frame by then. */
  isCalibrated(nowMs: number): boolean {
    return this.#startedAtMs !== undefined && nowMs - this.#startedAtMs >= CALIBRATION_MS;
  }

  /**
   * @param timestampMs the source's timestamp
   * @param arrivedAtMs on the page's clock
   * @returns when the frame was captured, on the page's clock; never earlier than the last result
   */
  toPageTime(timestampMs: number, arrivedAtMs: number): number {
    const observedMs = arrivedAtMs - timestampMs;
    if (!this.isCalibrated(arrivedAtMs)) {
      this.#startedAtMs ??= arrivedAtMs;
      this.#offsetMs = Math.min(this.#offsetMs, observedMs);
      this.#windowStartMs = arrivedAtMs;
    } else {
      this.#adjustOffset(observedMs, arrivedAtMs);
    }
    this.#lastArrivalMs = arrivedAtMs;
    this.#lastMs = Math.max(this.#lastMs, timestampMs + this.#offsetMs);
    return this.#lastMs;
  }

  #adjustOffset(observedMs: number, arrivedAtMs: number): void {
    if (observedMs < this.#offsetMs) {
      const maxStepMs = ((arrivedAtMs - this.#lastArrivalMs) * SLEW_MS_PER_SECOND) / 1_000;
      this.#offsetMs = Math.max(observedMs, this.#offsetMs - maxStepMs);
    }
    this.#minOffsetMs = Math.min(this.#minOffsetMs, observedMs);
    if (arrivedAtMs - this.#windowStartMs >= JUMP_FOR_MS) {
      if (Math.abs(this.#minOffsetMs - this.#offsetMs) > JUMP_MS) {
        this.#offsetMs = this.#minOffsetMs;
      }
      this.#minOffsetMs = Infinity;
      this.#windowStartMs = arrivedAtMs;
    }
  }
}
