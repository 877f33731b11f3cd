import { MatroskaSplitter } from "./recorder/matroska-splitter.js";
import { Mp4Splitter } from "./recorder/mp4-splitter.js";
import type { GopSplitter } from "./recorder/gop-splitter.js";

/** Consecutive bytes of the recording. */
export interface RetainedBytes {
  /** Their position, as both ends count media bytes. */
  start: number;
  bytes: Uint8Array<ArrayBuffer>;
  capturedAtMs: number;
}

/** Of what is kept, acknowledged media may take this share; a longer group of pictures is let go. */
const ACKNOWLEDGED_SHARE = 0.5;

/**
 * The bytes of a recording that may have to be sent again: its header, everything that the gateway
 * has not acknowledged, and what precedes that back to the start of a group of pictures, because a
 * gateway that has lost the stream begins anew there. Of a recording that cannot be continued, only
 * what is not sent yet.
 */
export class Retained {
  /** Follows the container, to know where groups start; null if nothing is to be kept. */
  readonly #scanner: GopSplitter | null;
  readonly #maxBytes: number;
  #header: Uint8Array<ArrayBuffer>[] = [];
  #chunks: RetainedBytes[] = [];
  /** Where groups start, oldest first. */
  #groups: number[] = [];
  #scannedTo = 0;
  #endByte = 0;
  #bytes = 0;

  /**
   * @param recordedAs the container to follow; null to keep nothing once it is accepted
   * @param maxBytes bounds what is kept of media that the gateway has acknowledged
   */
  constructor(recordedAs: string | null, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#scanner =
      recordedAs === null
        ? null
        : recordedAs.includes("mp4")
          ? new Mp4Splitter()
          : new MatroskaSplitter();
  }

  /** The position after the last byte. */
  get endByte(): number {
    return this.#endByte;
  }

  /** The position of the first byte from which on nothing is missing. */
  get keptFromByte(): number {
    return this.#chunks[0]?.start ?? this.#endByte;
  }

  /** Memory held, in bytes of media. */
  get bytes(): number {
    return this.#bytes + this.#headerBytes;
  }

  get #headerBytes(): number {
    return this.#header.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  add(bytes: Uint8Array<ArrayBuffer>, capturedAtMs: number): void {
    if (bytes.byteLength > 0) {
      this.#append(bytes, capturedAtMs);
      this.#scan(bytes);
    }
  }

  /** @returns the bytes from a position on, up to the end of what was added with them */
  from(position: number): RetainedBytes | null {
    const chunk = this.#chunks.findLast(({ start }) => start <= position);
    const skipped = chunk ? position - chunk.start : 0;
    return chunk && skipped < chunk.bytes.byteLength
      ? { ...chunk, start: position, bytes: chunk.bytes.subarray(skipped) }
      : null;
  }

  /** Lets go of what precedes the last group that starts at or before this position. */
  accepted(position: number): void {
    if (!this.#scanner?.isParsing) {
      this.#trim(position);
      return;
    }
    this.#trim(this.#groups.findLast((start) => start <= position) ?? 0);
    if (this.#bytes > this.#maxBytes * ACKNOWLEDGED_SHARE) {
      this.#trim(position);
    }
  }

  /**
   * Begins counting anew, with the header and the last group that starts at or before a position,
   * or the first one after it.
   *
   * @returns by how much positions have moved; null if there is no such group
   */
  restart(position: number): number | null {
    const first = this.#groups.findLast((start) => start <= position) ?? this.#groups[0];
    if (first === undefined) {
      // Before the first group is known, nothing was let go.
      return this.#scanner?.isParsing && this.keptFromByte === 0 ? 0 : null;
    }
    this.#trim(first);
    const shift = this.#headerBytes - first;
    const kept = this.#chunks;
    const capturedAtMs = kept[0]?.capturedAtMs ?? 0;
    this.#groups = this.#groups.map((start) => start + shift);
    this.#scannedTo += shift;
    this.#chunks = [];
    this.#endByte = this.#bytes = 0;
    this.#header.forEach((bytes) => this.#append(bytes, capturedAtMs));
    kept.forEach(({ bytes, ...chunk }) => this.#append(bytes, chunk.capturedAtMs));
    return shift;
  }

  clear(): void {
    this.#trim(this.#endByte);
    this.#header = [];
  }

  #append(bytes: Uint8Array<ArrayBuffer>, capturedAtMs: number): void {
    this.#chunks.push({ start: this.#endByte, bytes, capturedAtMs });
    this.#endByte += bytes.byteLength;
    this.#bytes += bytes.byteLength;
  }

  #scan(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#scanner?.isParsing) {
      return;
    }
    for (const chunk of this.#scanner.push(bytes)) {
      if (chunk.kind === "header") {
        this.#header.push(chunk.bytes);
      } else if (chunk.key && this.#scannedTo >= this.keptFromByte) {
        this.#groups.push(this.#scannedTo);
      }
      this.#scannedTo += chunk.bytes.byteLength;
    }
  }

  #trim(position: number): void {
    while (this.#chunks[0] && this.#chunks[0].start < position) {
      const { start, bytes, capturedAtMs } = this.#chunks.shift()!;
      const cut = Math.min(bytes.byteLength, position - start);
      this.#bytes -= cut;
      if (cut < bytes.byteLength) {
        this.#chunks.unshift({ start: position, bytes: bytes.subarray(cut), capturedAtMs });
      }
    }
    this.#groups = this.#groups.filter((start) => start >= this.keptFromByte);
  }
}
