/**
 * Which moment of the recording each byte belongs to. `bufferedAmount` sees only what the browser still holds; below it
 * the operating system's socket buffer alone can swallow many seconds of media, so what the gateway says it has taken is
 * what counts.
 */
export class Acknowledgements {
  /** Sent and not yet acknowledged, oldest first. Bounded by the window that the sender keeps. */
  readonly #marks: { endByte: number; capturedAtMs: number }[] = [];
  #sentBytes = 0;
  #acceptedBytes = 0;

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get acceptedBytes(): number {
    return this.#acceptedBytes;
  }

  /** Sent and not acknowledged. */
  get underWayBytes(): number {
    return Math.max(0, this.#sentBytes - this.#acceptedBytes);
  }

  sent(bytes: number, capturedAtMs: number): void {
    if (bytes > 0) {
      this.#sentBytes += bytes;
      this.#marks.push({ endByte: this.#sentBytes, capturedAtMs });
    }
  }

  /** @returns when the newest media that has been taken was captured; undefined if none has been taken since last time */
  accepted(acceptedBytes: number): number | undefined {
    this.#acceptedBytes = Math.max(this.#acceptedBytes, acceptedBytes);
    let capturedAtMs: number | undefined;
    for (let mark = this.#marks[0]; mark && mark.endByte <= acceptedBytes; mark = this.#marks[0]) {
      capturedAtMs = mark.capturedAtMs;
      this.#marks.shift();
    }
    return capturedAtMs;
  }

  /** When the oldest media on its way was captured; undefined when everything has been taken. */
  get oldestMs(): number | undefined {
    return this.#marks[0]?.capturedAtMs;
  }
}
