/** Bytes of a recording that lie entirely within one group of pictures (GOP), or are its header. */
export interface Chunk {
  kind: "header" | "media";
  /** Starts a group of pictures. */
  key: boolean;
  bytes: Uint8Array<ArrayBuffer>;
  /** Number of video frames that start in it. */
  frames: number;
}

/**
 * Splits a recording at the start of each group of pictures, whatever the size of its input.
 * Concatenated, the chunks are the same bytes as the input. While the format is understood, each
 * chunk ends at the end of a container element, so that what follows can be dropped. Recorders end
 * their data one byte into the next element, so this adds no delay.
 */
export interface GopSplitter {
  /**
   * Whether the format is still understood; if not, no more groups are found, and everything
   * belongs to the last one.
   */
  readonly isParsing: boolean;
  push(bytes: Uint8Array<ArrayBuffer>): Chunk[];
  /** Call at the end of the recording: returns what was held back. */
  flush(): Chunk[];
}

/** Input that has not been emitted yet, with the parser's position in it. */
export class ParseBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /**
   * Parsed up to here. Can lie beyond the end, when an element continues in bytes still to come.
   */
  position = 0;

  append(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.bytes.length === 0) {
      this.bytes = bytes;
      return;
    }
    const joined = new Uint8Array(this.bytes.length + bytes.length);
    joined.set(this.bytes);
    joined.set(bytes, this.bytes.length);
    this.bytes = joined;
  }

  /** Bytes available from the position on. */
  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Every element before this offset is complete. */
  completeEnd = 0;

  /** The element before the position is complete, if its end has arrived. */
  markComplete(): void {
    if (this.position <= this.bytes.length) {
      this.completeEnd = this.position;
    }
  }

  /** Removes and returns the bytes before `end`. */
  take(end: number): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.subarray(0, end);
    this.bytes = this.bytes.subarray(taken.length);
    this.position -= taken.length;
    this.completeEnd = Math.max(0, this.completeEnd - taken.length);
    return taken;
  }
}
