import { ParseBuffer } from "./gop-splitter.js";
import type { Chunk, GopSplitter } from "./gop-splitter.js";

// ISO/IEC 14496-12.
const NOT_A_SYNC_SAMPLE = 0x10000;
const TFHD_BASE_DATA_OFFSET = 0x1;
const TFHD_SAMPLE_DESCRIPTION = 0x2;
const TFHD_DURATION = 0x8;
const TFHD_SIZE = 0x10;
const TFHD_FLAGS = 0x20;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;

// Boxes that can precede a fragment and belong to it.
const LEADING = ["styp", "sidx", "prft", "emsg"];

// Limit for boxes that are parsed as a whole (moov, moof); a recorder's take a few kilobytes.
const MAX_ELEMENT_BYTES = 8 * 1024 * 1024;

interface Box {
  type: string;
  /** Start of its content. */
  from: number;
  /** Its end. */
  to: number;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * @returns the box whose head is at `at`, null if the head is incomplete; its end is NaN if it is
 * invalid
 */
function boxAt(bytes: Uint8Array, at: number): Box | null {
  if (at + 8 > bytes.length) {
    return null;
  }
  const data = view(bytes);
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  const size = data.getUint32(at);
  if (size === 1) {
    return at + 16 > bytes.length
      ? null
      : { type, from: at + 16, to: at + Number(data.getBigUint64(at + 8)) };
  }
  // A size of 0 means "up to the end of the file": no further box could be found.
  return { type, from: at + 8, to: size < 8 ? NaN : at + size };
}

function* children(bytes: Uint8Array): Generator<{ type: string; content: Uint8Array }> {
  let at = 0;
  for (let box = boxAt(bytes, at); box && box.to > at; box = boxAt(bytes, at)) {
    yield { type: box.type, content: bytes.subarray(box.from, box.to) };
    at = box.to;
  }
}

function find(bytes: Uint8Array, ...[type, ...further]: string[]): Uint8Array | undefined {
  for (const child of children(bytes)) {
    if (child.type === type) {
      return further.length === 0 ? child.content : find(child.content, ...further);
    }
  }
  return undefined;
}

const all = (bytes: Uint8Array, type: string) =>
  [...children(bytes)].filter((child) => child.type === type).map(({ content }) => content);

/** The number at an offset of a full box's content; 0 if the content is shorter. */
const uint = (bytes: Uint8Array | undefined, at: number) =>
  bytes && at + 4 <= bytes.length ? view(bytes).getUint32(at) : 0;

const flagsOf = (fullBox: Uint8Array) => uint(fullBox, 0) & 0xffffff;

interface Run {
  samples: number;
  /** Of the first sample; undefined if this run relies on defaults. */
  flags: number | undefined;
}

function runOf(trun: Uint8Array): Run {
  const has = flagsOf(trun);
  let at = 8 + (has & TRUN_DATA_OFFSET ? 4 : 0);
  if (has & TRUN_FIRST_FLAGS) {
    return { samples: uint(trun, 4), flags: uint(trun, at) };
  }
  at += (has & TRUN_DURATION ? 4 : 0) + (has & TRUN_SIZE ? 4 : 0);
  return { samples: uint(trun, 4), flags: has & TRUN_FLAGS ? uint(trun, at) : undefined };
}

function defaultFlags(tfhd: Uint8Array): number | undefined {
  const has = flagsOf(tfhd);
  if (!(has & TFHD_FLAGS)) {
    return undefined;
  }
  const before =
    (has & TFHD_BASE_DATA_OFFSET ? 8 : 0) +
    (has & TFHD_SAMPLE_DESCRIPTION ? 4 : 0) +
    (has & TFHD_DURATION ? 4 : 0) +
    (has & TFHD_SIZE ? 4 : 0);
  return uint(tfhd, 8 + before);
}

/** Fragmented MP4 as recorders write it: a header, then fragments of moof and mdat. */
export class Mp4Splitter implements GopSplitter {
  readonly #buffer = new ParseBuffer();
  /** The video tracks with the default flags of their samples. */
  readonly #videoTracks = new Map<number, number>();
  readonly #chunks: Chunk[] = [];
  #isParsing = true;
  #inHeader = true;
  #awaitsData = false;
  /** Start of the boxes that precede a fragment; null if there are none. */
  #leadingAt: number | null = null;
  #nextIsKey = false;
  #frames = 0;

  get isParsing(): boolean {
    return this.#isParsing;
  }

  push(bytes: Uint8Array<ArrayBuffer>): Chunk[] {
    this.#buffer.append(bytes);
    this.#markComplete();
    while (this.#isParsing && this.#buffer.remaining > 0 && this.#parseNext()) {
      this.#markComplete();
    }
    if (this.#inHeader && this.#buffer.bytes.length > MAX_ELEMENT_BYTES) {
      this.#stopParsing();
    }
    if (!this.#isParsing) {
      this.#emit(Infinity);
    } else if (!this.#inHeader) {
      this.#emit(this.#leadingAt ?? this.#buffer.completeEnd);
    }
    return this.#chunks.splice(0);
  }

  flush(): Chunk[] {
    this.#emit(Infinity);
    return this.#chunks.splice(0);
  }

  /** Readers never recover from a moof without its mdat, so the two are kept together. */
  #markComplete(): void {
    if (!this.#awaitsData) {
      this.#buffer.markComplete();
    }
  }

  /** Parses one box, or the relevant part of it. @returns false if that needs more bytes */
  #parseNext(): boolean {
    const { bytes, position: at } = this.#buffer;
    const box = boxAt(bytes, at);
    if (!box) {
      return false;
    }
    const isRead = box.type === "moov" || box.type === "moof";
    if (!(box.to >= box.from) || (isRead && box.to - at > MAX_ELEMENT_BYTES)) {
      return this.#stopParsing();
    }
    if (isRead && box.to > bytes.length) {
      return false;
    }
    this.#buffer.position = box.to;
    this.#awaitsData = box.type === "moof" || (this.#awaitsData && box.type !== "mdat");
    if (box.type === "moov") {
      this.#tracks(bytes.subarray(box.from, box.to));
    } else if (box.type === "moof") {
      this.#fragment(this.#leadingAt ?? at, bytes.subarray(box.from, box.to));
    } else if (LEADING.includes(box.type)) {
      this.#leadingAt ??= at;
      return true;
    }
    this.#leadingAt = null;
    return true;
  }

  #tracks(moov: Uint8Array): void {
    const extends_ = all(find(moov, "mvex") ?? new Uint8Array(), "trex");
    for (const trak of all(moov, "trak")) {
      const handler = find(trak, "mdia", "hdlr");
      const tkhd = find(trak, "tkhd");
      if (tkhd && uint(handler, 8) === 0x76696465 /* vide */) {
        // Version 1 has 8-byte times.
        const id = uint(tkhd, tkhd[0] === 1 ? 20 : 12);
        const trex = extends_.find((candidate) => uint(candidate, 4) === id);
        this.#videoTracks.set(id, uint(trex, 20));
      }
    }
  }

  #fragment(begin: number, moof: Uint8Array): void {
    let startsGroup = this.#videoTracks.size === 0;
    let frames = 0;
    for (const traf of all(moof, "traf")) {
      const tfhd = find(traf, "tfhd") ?? new Uint8Array();
      const otherwise = this.#videoTracks.get(uint(tfhd, 4));
      if (otherwise !== undefined) {
        const runs = all(traf, "trun").map(runOf);
        const flags = runs[0]?.flags ?? defaultFlags(tfhd) ?? otherwise;
        startsGroup ||= runs.length > 0 && (flags & NOT_A_SYNC_SAMPLE) === 0;
        frames += runs.reduce((sum, { samples }) => sum + samples, 0);
      }
    }
    if (startsGroup || this.#inHeader) {
      this.#emit(begin);
    }
    this.#inHeader = false;
    this.#nextIsKey ||= startsGroup;
    this.#frames += frames;
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

  #emit(end: number): void {
    const kind = this.#inHeader ? "header" : "media";
    const bytes = this.#buffer.take(end);
    if (bytes.length > 0) {
      if (this.#leadingAt !== null) {
        this.#leadingAt = Math.max(0, this.#leadingAt - bytes.length);
      }
      this.#chunks.push({ kind, key: this.#nextIsKey, bytes, frames: this.#frames });
      this.#nextIsKey = false;
      this.#frames = 0;
    }
  }
}
