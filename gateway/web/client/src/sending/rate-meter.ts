/** A rate per second, over the last seconds. */
export class RateMeter {
  readonly #windowMs: number;
  readonly #samples: { atMs: number; total: number }[] = [];

  constructor(windowMs = 3_000) {
    this.#windowMs = windowMs;
  }

  /** @param total a count that only grows */
  sample(atMs: number, total: number): void {
    this.#samples.push({ atMs, total });
    while (this.#samples.length > 2 && atMs - this.#samples[1]!.atMs >= this.#windowMs) {
      this.#samples.shift();
    }
  }

  /** Undefined until two samples have been taken at different times. */
  get perSecond(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    return first && last && last.atMs > first.atMs
      ? ((last.total - first.total) * 1_000) / (last.atMs - first.atMs)
      : undefined;
  }
}
