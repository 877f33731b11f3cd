import { Pieces, Unread } from "./gop-splitter.js";
import type { Piece, Splitter } from "./gop-splitter.js";

// RFC 8794 (EBML) and RFC 9559 (Matroska).
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const CLUSTER = 0x1f43b675;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const REFERENCE_BLOCK = 0xfb;

const VIDEO = 1;
const KEY_FRAME = 0x80;

// Browsers begin a group with a cluster whose first block is the key frame, or its second, after one of audio.
const BLOCKS_UNTIL_DECIDED = 2;

// What has to be there whole to be read (the tracks, a block group) has a bound; a recorder's take some hundred bytes.
const MOST_WHOLE_BYTES = 8 * 1024 * 1024;

interface Element {
  id: number;
  /** Where its content begins. */
  from: number;
  /** Infinity where it is unknown. */
  size: number;
}

interface Block {
  isVideo: boolean;
  isKey: boolean;
}

/** @returns the number at `at`, or null if it is not there whole; NaN if it is none */
function variableInt(
  bytes: Uint8Array,
  at: number,
  withMarker: boolean,
): { value: number; length: number } | null {
  const first = bytes[at];
  if (first === undefined) {
    return null;
  }
  const length = Math.clz32(first) - 23;
  if (length > 8) {
    return { value: NaN, length: 1 };
  }
  if (at + length > bytes.length) {
    return null;
  }
  const dataBits = 0xff >> length;
  let value = withMarker ? first : first & dataBits;
  let allOnes = (first & dataBits) === dataBits;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 256 + byte;
    allOnes &&= byte === 0xff;
  }
  return { value: allOnes && !withMarker ? Infinity : value, length };
}

/** @returns the element whose head is at `at`, or null if that is not there whole */
function elementAt(bytes: Uint8Array, at: number): Element | null {
  const id = variableInt(bytes, at, true);
  const size = id && variableInt(bytes, at + id.length, false);
  return id && size && { id: id.value, from: at + id.length + size.length, size: size.value };
}

function* children(bytes: Uint8Array): Generator<{ id: number; content: Uint8Array }> {
  let at = 0;
  for (let child = elementAt(bytes, at); child; child = elementAt(bytes, at)) {
    at = child.from + child.size;
    yield { id: child.id, content: bytes.subarray(child.from, at) };
  }
}

const uint = (bytes: Uint8Array) => bytes.reduce((value, byte) => value * 256 + byte, 0);

/** WebM and Matroska as recorders write them: the sizes of segment and clusters are unknown, or they are not. */
export class MatroskaSplitter implements Splitter {
  readonly #unread = new Unread();
  readonly #videoTracks = new Set<number>();
  #follows = true;
  #pieces = new Pieces();
  /** Blocks seen in a cluster of which it is not yet known what it is; null when that is known. */
  #undecided: number | null = null;
  #inHeader = true;
  #nextIsKey = false;
  #frames = 0;

  get follows(): boolean {
    return this.#follows;
  }

  push(bytes: Uint8Array<ArrayBuffer>): Piece[] {
    this.#unread.append(bytes);
    this.#unread.finish();
    while (this.#follows && this.#unread.left > 0 && this.#step()) {
      this.#unread.finish();
    }
    if (this.#inHeader && this.#unread.bytes.length > MOST_WHOLE_BYTES) {
      this.#lose();
    }
    if (!this.#follows) {
      this.#give(Infinity);
    } else if (!this.#inHeader && this.#undecided === null) {
      this.#give(this.#unread.whole);
    }
    return this.#pieces.list.splice(0);
  }

  flush(): Piece[] {
    this.#give(Infinity);
    return this.#pieces.list.splice(0);
  }

  /** Reads one element, or as much of it as matters. @returns false if more bytes are needed for that */
  #step(): boolean {
    const { bytes, at } = this.#unread;
    const element = elementAt(bytes, at);
    if (!element) {
      return false;
    }
    if (element.id === SEGMENT) {
      this.#unread.at = element.from;
      return true;
    }
    if (element.id === CLUSTER) {
      this.#clusterBegins(at, element);
      return true;
    }
    if (!Number.isFinite(element.id) || !Number.isFinite(element.size)) {
      return this.#lose();
    }
    return this.#read(element);
  }

  #clusterBegins(at: number, { from }: Element): void {
    // One that never got as far as a second block has no key frame either.
    this.#undecided = null;
    this.#give(at);
    this.#inHeader = false;
    this.#undecided = 0;
    this.#unread.at = from - at;
  }

  /** @returns false if more bytes are needed */
  #read({ id, from, size }: Element): boolean {
    const { bytes } = this.#unread;
    if (id === SIMPLE_BLOCK) {
      const track = variableInt(bytes, from, false);
      // The track is followed by the time, two bytes, and the flags.
      const flags = track && bytes[from + track.length + 2];
      if (!track || flags === undefined || flags === null) {
        return false;
      }
      const isVideo = this.#videoTracks.has(track.value);
      this.#block({ isVideo, isKey: (flags & KEY_FRAME) !== 0 });
    } else if (id === BLOCK_GROUP || id === TRACKS) {
      if (size > MOST_WHOLE_BYTES) {
        return this.#lose();
      }
      if (from + size > bytes.length) {
        return false;
      }
      this.#readWhole(id, bytes.subarray(from, from + size));
    }
    this.#unread.at = from + size;
    return true;
  }

  #readWhole(id: number, content: Uint8Array): void {
    if (id === TRACKS) {
      for (const entry of children(content)) {
        if (entry.id === TRACK_ENTRY) {
          this.#track([...children(entry.content)]);
        }
      }
      return;
    }
    const group = [...children(content)];
    const block = group.find((child) => child.id === BLOCK);
    const track = block && variableInt(block.content, 0, false);
    this.#block({
      isVideo: track ? this.#videoTracks.has(track.value) : false,
      isKey: !group.some((child) => child.id === REFERENCE_BLOCK),
    });
  }

  /** This is nothing that can be followed. What comes belongs to the group at hand, or to the first and only one. */
  #lose(): false {
    this.#follows = false;
    this.#nextIsKey ||= this.#inHeader;
    this.#inHeader = false;
    return false;
  }

  #track(entry: { id: number; content: Uint8Array }[]): void {
    const of = (id: number) =>
      uint(entry.find((child) => child.id === id)?.content ?? new Uint8Array());
    if (of(TRACK_TYPE) === VIDEO) {
      this.#videoTracks.add(of(TRACK_NUMBER));
    }
  }

  #block({ isVideo, isKey }: Block): void {
    if (this.#undecided !== null) {
      this.#undecided++;
      // Without video a decoder can begin at any cluster.
      const begins = isKey && (isVideo || this.#videoTracks.size === 0);
      if (begins || isVideo || this.#undecided === BLOCKS_UNTIL_DECIDED) {
        this.#decide(begins);
      }
    }
    if (isVideo) {
      this.#frames++;
    }
  }

  #decide(begins: boolean): void {
    this.#undecided = null;
    this.#nextIsKey ||= begins;
  }

  #give(end: number): void {
    const kind = this.#inHeader ? "header" : "media";
    const bytes = this.#unread.take(end);
    if (bytes.length > 0) {
      this.#pieces.add(kind, this.#nextIsKey, bytes, this.#frames);
      this.#nextIsKey = false;
      this.#frames = 0;
    }
  }
}
