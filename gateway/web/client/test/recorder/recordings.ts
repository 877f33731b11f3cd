// Real browser recordings, shared with the gateway's own tests.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MatroskaSplitter } from "../../src/recorder/matroska-splitter.js";
import { Mp4Splitter } from "../../src/recorder/mp4-splitter.js";
import type { Chunk, GopSplitter } from "../../src/recorder/gop-splitter.js";

const FOLDER = join(import.meta.dirname, "../../../../src/test/resources/fixtures");

/** What a reference parser found in a recording. */
interface Structure {
  initSegmentEnd: number;
  clusters?: { off: number; keyframe: boolean }[];
  fragments?: { off: number; startsWithKeyframe: boolean; videoSamples: number }[];
}

export interface Recording {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  headerEnd: number;
  /** Where groups of pictures start. */
  keys: number[];
  /** As the browser split it. */
  messages: { off: number; size: number }[];
}

export function recording(name: string): Recording {
  const facts = JSON.parse(readFileSync(join(FOLDER, name.replace(/\.\w+$/, ".json")), "utf8")) as {
    frames: { off: number; size: number }[];
    structure: Structure;
  };
  const { initSegmentEnd, clusters, fragments } = facts.structure;
  return {
    name,
    bytes: new Uint8Array(readFileSync(join(FOLDER, name))),
    headerEnd: initSegmentEnd,
    keys: clusters
      ? clusters.filter(({ keyframe }) => keyframe).map(({ off }) => off)
      : (fragments ?? []).filter((f) => f.startsWithKeyframe).map(({ off }) => off),
    messages: facts.frames,
  };
}

export const splitterFor = (name: string): GopSplitter =>
  name.endsWith(".mp4") ? new Mp4Splitter() : new MatroskaSplitter();

export function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** All chunks of a recording that is pushed in these parts. */
export function split(splitter: GopSplitter, parts: Uint8Array<ArrayBuffer>[]): Chunk[] {
  return [...parts.flatMap((part) => splitter.push(part)), ...splitter.flush()];
}

/** Splits bytes at random, from a seed: mostly small parts, some large, some single bytes. */
export function cutAtRandom(bytes: Uint8Array<ArrayBuffer>, seed: number, mostBytes: number) {
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + Math.floor(random() ** 3 * mostBytes);
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

export interface Group {
  bytes: Uint8Array<ArrayBuffer>;
  frames: number;
}

/** The header, and every group of pictures, each concatenated. */
export function groups(pieces: Chunk[]): { header: Uint8Array; groups: Group[] } {
  const header = joined(pieces.filter(({ kind }) => kind === "header").map(({ bytes }) => bytes));
  const found: Chunk[][] = [];
  for (const piece of pieces.filter(({ kind }) => kind === "media")) {
    if (piece.key || found.length === 0) {
      found.push([]);
    }
    found.at(-1)?.push(piece);
  }
  const whole = found.map((group) => ({
    bytes: joined(group.map(({ bytes }) => bytes)),
    frames: group.reduce((sum, { frames }) => sum + frames, 0),
  }));
  return { header, groups: whole };
}

// FFmpeg's warning for a recording that is truncated, as one of these is.
const CUT = /^\[matroska,webm @ \w+\] File ended prematurely at pos.*\n/gm;

/** Decodes everything with the real FFmpeg. @returns its complaints, and the number of frames */
export function decode(bytes: Uint8Array): { complaints: string; frames: number } {
  const arguments_ = ["-v", "warning", "-xerror", "-i", "pipe:0"];
  const ffmpeg = spawnSync(
    "ffmpeg",
    [...arguments_, "-progress", "pipe:1", "-fps_mode", "passthrough", "-f", "null", "-"],
    { input: bytes, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 },
  );
  if (ffmpeg.error) {
    throw new Error(`this test needs ffmpeg (apt-get install ffmpeg): ${ffmpeg.error.message}`);
  }
  const frames = [...ffmpeg.stdout.matchAll(/^frame=\s*(\d+)$/gm)].at(-1)?.[1];
  return { complaints: ffmpeg.stderr.replace(CUT, ""), frames: Number(frames ?? 0) };
}
