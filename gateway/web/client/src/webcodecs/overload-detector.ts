/** Over so long a time, one picture in ten left out is no hiccup. */
const OVER_MS = 5_000;
const SHARE = 0.1;
const SAY_EVERY_MS = 30_000;

/** Tells when an encoder does not keep up with its pictures. */
export class Slowness {
  #since: { atMs: number; encoded: number; skipped: number } | undefined;
  #saidAtMs = -Infinity;

  /**
   * @param encoded frames so far
   * @param skipped frames so far that the encoder had no time for
   * @returns whether it should be said now
   */
  look(nowMs: number, encoded: number, skipped: number): boolean {
    this.#since ??= { atMs: nowMs, encoded, skipped };
    const { atMs, encoded: encodedBefore, skipped: skippedBefore } = this.#since;
    if (nowMs - atMs < OVER_MS) {
      return false;
    }
    this.#since = { atMs: nowMs, encoded, skipped };
    const left = skipped - skippedBefore;
    const isSlow = left > SHARE * (encoded - encodedBefore + left);
    if (!isSlow || nowMs - this.#saidAtMs < SAY_EVERY_MS) {
      return false;
    }
    this.#saidAtMs = nowMs;
    return true;
  }
}
