/** One dropped frame in ten over this time is more than a hiccup. */
const WINDOW_MS = 5_000;
const MAX_SKIPPED_SHARE = 0.1;
const WARN_EVERY_MS = 30_000;

/** Detects an encoder that does not keep up with its source. */
export class OverloadDetector {
  #windowStart: { atMs: number; encoded: number; skipped: number } | undefined;
  #warnedAtMs = -Infinity;

  /**
   * @param encoded total encoded frames
   * @param skipped total frames dropped because the encoder was busy
   * @returns whether to warn now
   */
  update(nowMs: number, encoded: number, skipped: number): boolean {
    this.#windowStart ??= { atMs: nowMs, encoded, skipped };
    const { atMs, encoded: encodedBefore, skipped: skippedBefore } = this.#windowStart;
    if (nowMs - atMs < WINDOW_MS) {
      return false;
    }
    this.#windowStart = { atMs: nowMs, encoded, skipped };
    const skippedNow = skipped - skippedBefore;
    const isSlow = skippedNow > MAX_SKIPPED_SHARE * (encoded - encodedBefore + skippedNow);
    if (!isSlow || nowMs - this.#warnedAtMs < WARN_EVERY_MS) {
      return false;
    }
    this.#warnedAtMs = nowMs;
    return true;
  }
}
