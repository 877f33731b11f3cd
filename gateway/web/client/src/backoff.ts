const INITIAL_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;

// A stream lost sooner than this has not recovered: the cause is still there.
const RECOVERED_AFTER_MS = 10_000;

/**
 * When to reconnect. Each delay is drawn from the full range (full jitter); otherwise a thousand
 * clients of one restarted gateway would all reconnect at the same moment.
 */
export class Backoff {
  #tries = 0;
  #deadlineMs = Infinity;
  readonly #timeoutMs: number;
  readonly #random: () => number;

  constructor(timeoutMs: number, random: () => number) {
    this.#timeoutMs = timeoutMs;
    this.#random = random;
  }

  /** The stream has recovered: delays begin anew with the next failure. */
  reset(): void {
    this.#tries = 0;
  }

  /**
   * Call when a connection was lost or could not be opened.
   *
   * @param liveForMs how long it was live, 0 if never
   * @param atLeastMs the minimum delay the gateway asks for; the random delay is added to it,
   * because every client gets the same minimum
   * @param longestMs bounds the random delay
   * @returns the delay in milliseconds, or null to give up
   */
  next(nowMs: number, liveForMs: number, atLeastMs = 0, longestMs = MAX_DELAY_MS): number | null {
    if (this.#tries === 0 || liveForMs >= RECOVERED_AFTER_MS) {
      this.#tries = 0;
      this.#deadlineMs = nowMs + this.#timeoutMs;
    }
    const rangeMs = Math.min(longestMs, INITIAL_DELAY_MS * 2 ** this.#tries++);
    const pauseMs = atLeastMs + this.#random() * rangeMs;
    return nowMs + pauseMs > this.#deadlineMs ? null : pauseMs;
  }
}
