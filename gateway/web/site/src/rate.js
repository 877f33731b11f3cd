const WINDOW_MS = 3_000;

/** Bits per second over the last seconds, from a running sum of bytes. */
export class Rate {
  /** @type {{nowMs: number, bytes: number}[]} oldest first; those of the window and the one before it */
  #samples = [];

  /**
   * @param {number} bytes so far
   * @param {number} nowMs
   * @returns {number | undefined} bits per second; undefined until two samples were taken
   */
  sample(bytes, nowMs) {
    this.#samples.push({ nowMs, bytes });
    while (this.#samples.length > 2 && this.#samples[1].nowMs <= nowMs - WINDOW_MS) {
      this.#samples.shift();
    }
    const [first] = this.#samples;
    return nowMs > first.nowMs
      ? ((bytes - first.bytes) * 8_000) / (nowMs - first.nowMs)
      : undefined;
  }
}
