import { Pieces, Unread } from "./gop-splitter.js";
import type { Piece, Splitter } from "./gop-splitter.js";

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

// What may stand before a fragment and belongs to it.
const LEADING = ["styp", "sidx", "prft", "emsg"];

// What has to be there whole to be read (moov, moof) has a bound; a recorder's take some kilobytes.
const MOST_WHOLE_BYTES = 8 * 1024 * 1024;

interface Box {
  type: string;
  /** Where its content begins. */
  from: number;
  /** Where it ends. */
  to: number;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @returns the box whose head is at `at`, or null if that is not there whole; it ends at NaN if it is none */
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
  // 0 is a box without an end: nothing comes after it that could be found.
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

/** The number at an offset of a full box's content; 0 where it ends before. */
const uint = (bytes: Uint8Array | undefined, at: number) =>
  bytes && at + 4 <= bytes.length ? view(bytes).getUint32(at) : 0;

const flagsOf = (fullBox: Uint8Array) => uint(fullBox, 0) & 0xffffff;

interface Run {
  samples: number;
  /** Of the first sample; undefined where this run leaves it to defaults. */
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
export class Mp4Splitter implements Splitter {
  readonly #unread = new Unread();
  /** The video tracks with the flags of their samples where a fragment says nothing. */
  readonly #videoTracks = new Map<number, number>();
  readonly #pieces = new Pieces();
  #follows = true;
  #inHeader = true;
  #awaitsData = false;
  /** Where that begins which stands before a fragment; null when there is none. */
  #leadingAt: number | null = null;
  #nextIsKey = false;
  #frames = 0;

  get follows(): boolean {
    return this.#follows;
  }

  push(bytes: Uint8Array<ArrayBuffer>): Piece[] {
    this.#unread.append(bytes);
    this.#finish();
    while (this.#follows && this.#unread.left > 0 && this.#step()) {
      this.#finish();
    }
    if (this.#inHeader && this.#unread.bytes.length > MOST_WHOLE_BYTES) {
      this.#lose();
    }
    if (!this.#follows) {
      this.#give(Infinity);
    } else if (!this.#inHeader) {
      this.#give(this.#leadingAt ?? this.#unread.whole);
    }
    return this.#pieces.list.splice(0);
  }

  flush(): Piece[] {
    this.#give(Infinity);
    return this.#pieces.list.splice(0);
  }

  /** A moof whose mdat is missing leads readers astray for good, so the two are one. */
  #finish(): void {
    if (!this.#awaitsData) {
      this.#unread.finish();
    }
  }

  /** Reads one box, or as much of it as matters. @returns false if more bytes are needed for that */
  #step(): boolean {
    const { bytes, at } = this.#unread;
    const box = boxAt(bytes, at);
    if (!box) {
      return false;
    }
    const isRead = box.type === "moov" || box.type === "moof";
    if (!(box.to >= box.from) || (isRead && box.to - at > MOST_WHOLE_BYTES)) {
      return this.#lose();
    }
    if (isRead && box.to > bytes.length) {
      return false;
    }
    this.#unread.at = box.to;
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
        // Version 1 has times of eight bytes.
        const id = uint(tkhd, tkhd[0] === 1 ? 20 : 12);
        const trex = extends_.find((candidate) => uint(candidate, 4) === id);
        this.#videoTracks.set(id, uint(trex, 20));
      }
    }
  }

  #fragment(begin: number, moof: Uint8Array): void {
    let begins = this.#videoTracks.size === 0;
    let frames = 0;
    for (const traf of all(moof, "traf")) {
      const tfhd = find(traf, "tfhd") ?? new Uint8Array();
      const otherwise = this.#videoTracks.get(uint(tfhd, 4));
      if (otherwise !== undefined) {
        const runs = all(traf, "trun").map(runOf);
        const flags = runs[0]?.flags ?? defaultFlags(tfhd) ?? otherwise;
        begins ||= runs.length > 0 && (flags & NOT_A_SYNC_SAMPLE) === 0;
        frames += runs.reduce((sum, { samples }) => sum + samples, 0);
      }
    }
    if (begins || this.#inHeader) {
      this.#give(begin);
    }
    this.#inHeader = false;
    this.#nextIsKey ||= begins;
    this.#frames += frames;
  }

  /** This is nothing that can be followed. What comes belongs to the group at hand, or to the first and only one. */
  #lose(): false {
    this.#follows = false;
    this.#nextIsKey ||= this.#inHeader;
    this.#inHeader = false;
    return false;
  }

  #give(end: number): void {
    const kind = this.#inHeader ? "header" : "media";
    const bytes = this.#unread.take(end);
    if (bytes.length > 0) {
      if (this.#leadingAt !== null) {
        this.#leadingAt = Math.max(0, this.#leadingAt - bytes.length);
      }
      this.#pieces.add(kind, this.#nextIsKey, bytes, this.#frames);
      this.#nextIsKey = false;
      this.#frames = 0;
    }
  }
}
