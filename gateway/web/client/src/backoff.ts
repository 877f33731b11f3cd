const FIRST_MS = 500;
const LONGEST_MS = 15_000;

// A stream that is lost sooner than this has not recovered: what broke it is still there.
const RECOVERED_AFTER_MS = 10_000;

/** When to connect again. Each pause is drawn from all of its range, or a thousand clients of one gateway that comes
 * back would all come in the same moment. */
export class Backoff {
  #tries = 0;
  #giveUpAtMs = Infinity;
  readonly #giveUpAfterMs: number;
  readonly #random: () => number;

  constructor(giveUpAfterMs: number, random: () => number) {
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#random = random;
  }

  /**
   * A connection was lost, or could not be made.
   *
   * @param liveForMs how long it was live, 0 if never
   * @param atLeastMs how long the gateway asks to be left alone; the pause is drawn on top, because it asks everybody
   * @returns how long to wait, or null to give up
   */
  next(nowMs: number, liveForMs: number, atLeastMs = 0): number | null {
    if (this.#tries === 0 || liveForMs >= RECOVERED_AFTER_MS) {
      this.#tries = 0;
      this.#giveUpAtMs = nowMs + this.#giveUpAfterMs;
    }
    const longestMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries++);
    const pauseMs = atLeastMs + this.#random() * longestMs;
    return nowMs + pauseMs > this.#giveUpAtMs ? null : pauseMs;
  }
}
