import { ParseBuffer } from "./gop-splitter.js";
import type { Chunk, GopSplitter } from "./gop-splitter.js";

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

// Browsers start a group with a cluster whose first block is the key frame, or the second, after
// an audio block.
const MAX_BLOCKS_BEFORE_KEY_FRAME = 2;

// Limit for elements that are parsed as a whole (tracks, block groups); a recorder's take a few
// hundred bytes.
const MAX_ELEMENT_BYTES = 8 * 1024 * 1024;

interface Element {
  id: number;
  /** Start of its content. */
  from: number;
  /** Infinity if unknown. */
  size: number;
}

interface Block {
  isVideo: boolean;
  isKey: boolean;
}

/** @returns the number at `at`, null if it is incomplete, NaN if it is invalid */
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

/** @returns the element whose head is at `at`, or null if the head is incomplete */
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

/**
 * WebM and Matroska as recorders write them, with known or unknown sizes of segment and clusters.
 */
export class MatroskaSplitter implements GopSplitter {
  readonly #buffer = new ParseBuffer();
  readonly #videoTracks = new Set<number>();
  #isParsing = true;
  readonly #chunks: Chunk[] = [];
  /** Blocks seen in a cluster that is not classified yet; null once it is. */
  #undecidedBlocks: number | null = null;
  #inHeader = true;
  #nextIsKey = false;
  #frames = 0;

  get isParsing(): boolean {
    return this.#isParsing;
  }

  push(bytes: Uint8Array<ArrayBuffer>): Chunk[] {
    this.#buffer.append(bytes);
    this.#buffer.markComplete();
    while (this.#isParsing && this.#buffer.remaining > 0 && this.#parseNext()) {
      this.#buffer.markComplete();
    }
    if (this.#inHeader && this.#buffer.bytes.length > MAX_ELEMENT_BYTES) {
      this.#stopParsing();
    }
    if (!this.#isParsing) {
      this.#emit(Infinity);
    } else if (!this.#inHeader && this.#undecidedBlocks === null) {
      this.#emit(this.#buffer.completeEnd);
    }
    return this.#chunks.splice(0);
  }

  flush(): Chunk[] {
    this.#emit(Infinity);
    return this.#chunks.splice(0);
  }

  /** Parses one element, or the relevant part of it. @returns false if that needs more bytes */
  #parseNext(): boolean {
    const { bytes, position: at } = this.#buffer;
    const element = elementAt(bytes, at);
    if (!element) {
      return false;
    }
    if (element.id === SEGMENT) {
      this.#buffer.position = element.from;
      return true;
    }
    if (element.id === CLUSTER) {
      this.#startCluster(at, element);
      return true;
    }
    if (!Number.isFinite(element.id) || !Number.isFinite(element.size)) {
      return this.#stopParsing();
    }
    return this.#read(element);
  }

  #startCluster(at: number, { from }: Element): void {
    // A cluster that ended before its second block has no key frame either.
    this.#undecidedBlocks = null;
    this.#emit(at);
    this.#inHeader = false;
    this.#undecidedBlocks = 0;
    this.#buffer.position = from - at;
  }

  /** @returns false if more bytes are needed */
  #read({ id, from, size }: Element): boolean {
    const { bytes } = this.#buffer;
    if (id === SIMPLE_BLOCK) {
      const track = variableInt(bytes, from, false);
      // The track number is followed by the time, two bytes, and the flags.
      const flags = track && bytes[from + track.length + 2];
      if (!track || flags === undefined || flags === null) {
        return false;
      }
      const isVideo = this.#videoTracks.has(track.value);
      this.#block({ isVideo, isKey: (flags & KEY_FRAME) !== 0 });
    } else if (id === BLOCK_GROUP || id === TRACKS) {
      if (size > MAX_ELEMENT_BYTES) {
        return this.#stopParsing();
      }
      if (from + size > bytes.length) {
        return false;
      }
      this.#readWhole(id, bytes.subarray(from, from + size));
    }
    this.#buffer.position = from + size;
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

  /**
   * The input cannot be parsed. What follows belongs to the current group, or to the first and only
   * one.
   */
  #stopParsing(): false {
    this.#isParsing = false;
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
    if (this.#undecidedBlocks !== null) {
      this.#undecidedBlocks++;
      // Without video, a decoder can start at any cluster.
      const startsGroup = isKey && (isVideo || this.#videoTracks.size === 0);
      if (startsGroup || isVideo || this.#undecidedBlocks === MAX_BLOCKS_BEFORE_KEY_FRAME) {
        this.#classifyCluster(startsGroup);
      }
    }
    if (isVideo) {
      this.#frames++;
    }
  }

  #classifyCluster(startsGroup: boolean): void {
    this.#undecidedBlocks = null;
    this.#nextIsKey ||= startsGroup;
  }

  #emit(end: number): void {
    const kind = this.#inHeader ? "header" : "media";
    const bytes = this.#buffer.take(end);
    if (bytes.length > 0) {
      this.#chunks.push({ kind, key: this.#nextIsKey, bytes, frames: this.#frames });
      this.#nextIsKey = false;
      this.#frames = 0;
    }
  }
}
