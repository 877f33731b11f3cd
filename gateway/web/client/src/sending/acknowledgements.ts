/**
 * Maps byte counts to capture times. `bufferedAmount` shows only what the browser still holds; the
 * operating system's socket buffer below it can absorb many seconds of media. So only what the
 * gateway reports as accepted counts.
 */
export class Acknowledgements {
  /** Sent and not yet acknowledged, oldest first. Bounded by the sender's window. */
  readonly #marks: { endByte: number; capturedAtMs: number }[] = [];
  #sentBytes: number;
  #acceptedBytes: number;

  /** @param startByte what has been sent and accepted before */
  constructor(startByte: number) {
    this.#sentBytes = this.#acceptedBytes = startByte;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get acceptedBytes(): number {
    return this.#acceptedBytes;
  }

  /** Sent and not yet acknowledged. */
  get inFlightBytes(): number {
    return Math.max(0, this.#sentBytes - this.#acceptedBytes);
  }

  sent(bytes: number, capturedAtMs: number): void {
    if (bytes > 0) {
      this.#sentBytes += bytes;
      this.#marks.push({ endByte: this.#sentBytes, capturedAtMs });
    }
  }

  /**
   * @returns when the newest accepted media was captured; undefined if nothing was accepted since
   * the last call
   */
  accepted(acceptedBytes: number): number | undefined {
    this.#acceptedBytes = Math.max(this.#acceptedBytes, acceptedBytes);
    let capturedAtMs: number | undefined;
    for (let mark = this.#marks[0]; mark && mark.endByte <= acceptedBytes; mark = this.#marks[0]) {
      capturedAtMs = mark.capturedAtMs;
      this.#marks.shift();
    }
    return capturedAtMs;
  }

  /** When the oldest media in flight was captured; undefined when everything was accepted. */
  get oldestMs(): number | undefined {
    return this.#marks[0]?.capturedAtMs;
  }
}
