// How much recorded media waits in the socket, in time. `bufferedAmount` alone says bytes, and a still picture makes
// so few of them that seconds would pass unnoticed.

// A laptop that slept wakes with one gap in the record, which is not media that waits.
const LONGEST_CHUNK_MS = 2_500;

export class Backlog {
  /** @type {{endByte: number, durationMs: number}[]} oldest first; bounded, because the stream ends when it is long */
  #waiting = [];
  #sentBytes = 0;
  #lastAt;

  /** @param {number} nowMs when recording began */
  constructor(nowMs) {
    this.#lastAt = nowMs;
  }

  /**
   * @param {number} bytes size of a chunk just handed to the socket
   * @param {number} nowMs
   */
  sent(bytes, nowMs) {
    this.#sentBytes += bytes;
    const durationMs = Math.min(nowMs - this.#lastAt, LONGEST_CHUNK_MS);
    this.#waiting.push({ endByte: this.#sentBytes, durationMs });
    this.#lastAt = nowMs;
  }

  /**
   * @param {number} bufferedBytes the socket's `bufferedAmount`
   * @returns {number} milliseconds of media in chunks that have not wholly left
   */
  waitingMs(bufferedBytes) {
    const goneBytes = this.#sentBytes - bufferedBytes;
    while (this.#waiting.length > 0 && this.#waiting[0].endByte <= goneBytes) {
      this.#waiting.shift();
    }
    return this.#waiting.reduce((sum, chunk) => sum + chunk.durationMs, 0);
  }

  /** @returns {number} media bytes handed to the socket so far */
  get sentBytes() {
    return this.#sentBytes;
  }
}

/**
 * The server bounds a message; a stream of bytes may be cut anywhere.
 *
 * @param {Blob} chunk
 * @param {number} [maxBytes]
 * @returns {Blob[]} the same bytes in order
 */
export function slices(chunk, maxBytes = Infinity) {
  const parts = [];
  for (let start = 0; start < chunk.size; start += maxBytes) {
    parts.push(
      chunk.size <= maxBytes ? chunk : chunk.slice(start, Math.min(chunk.size, start + maxBytes)),
    );
  }
  return parts;
}
