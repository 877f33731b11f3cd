/** A run of a recording's bytes that lies wholly within one group of pictures, or is its header. */
export interface Piece {
  kind: "header" | "media";
  /** Begins a group of pictures. */
  key: boolean;
  bytes: Uint8Array<ArrayBuffer>;
  /** Video frames that begin in it. */
  frames: number;
}

/**
 * Follows a recording's bytes, cut anywhere, and cuts them anew where groups of pictures begin. Put together, the pieces
 * are the same bytes. As long as the format is understood each piece ends with an element of the container, so that what
 * comes after it can be left out; a recorder's data ends a byte into the next element, so that costs no time.
 */
export interface Splitter {
  /** Whether the format is still understood; if not, no more groups are found, and all goes into the last one. */
  readonly follows: boolean;
  push(bytes: Uint8Array<ArrayBuffer>): Piece[];
  /** The recording is over: what was kept back. */
  flush(): Piece[];
}

/** The bytes that have not been given away yet, and how far they have been read. */
export class Unread {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Read up to here. May lie beyond the end, when an element goes on in bytes that are still to come. */
  at = 0;

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

  /** How many bytes are there from the reading position on. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Up to here every element is there whole. */
  whole = 0;

  /** What has been read is known to be over where it ends, if that is there already. */
  finish(): void {
    if (this.at <= this.bytes.length) {
      this.whole = this.at;
    }
  }

  /** Gives away what is there before `end`. */
  take(end: number): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.subarray(0, end);
    this.bytes = this.bytes.subarray(taken.length);
    this.at -= taken.length;
    this.whole = Math.max(0, this.whole - taken.length);
    return taken;
  }
}

/** Collects what is cut, and joins what belongs to the same group. */
export class Pieces {
  readonly list: Piece[] = [];

  add(kind: Piece["kind"], key: boolean, bytes: Uint8Array<ArrayBuffer>, frames: number): void {
    if (bytes.length > 0) {
      this.list.push({ kind, key, bytes, frames });
    }
  }
}
