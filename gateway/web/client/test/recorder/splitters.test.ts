import { describe, expect, it } from "vitest";
import { MatroskaSplitter } from "../../src/recorder/matroska-splitter.js";
import { Mp4Splitter } from "../../src/recorder/mp4-splitter.js";
import {
  cutAtRandom,
  decode,
  groups,
  joined,
  recording,
  split,
  splitterFor,
} from "./recordings.js";

const ALL = [
  "webm-h264-opus.webm",
  "webm-h264-opus-1bytefirst.webm",
  "webm-h264-videoonly.webm",
  "webm-vp8-opus.webm",
  "webm-vp9-opus.webm",
  "webm-av1-opus.webm",
  "webm-opus-audioonly.webm",
  "mp4-avc1-opus.mp4",
  "mp4-avc1-opus-defaultgop.mp4",
];

const MOST_BYTES = [3_000, 70_000, 400_000];

const singly = (bytes: Uint8Array<ArrayBuffer>) =>
  Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

function keyOffsets(pieces: ReturnType<typeof split>): number[] {
  let at = 0;
  return pieces.flatMap(({ key, bytes }) => {
    const begin = at;
    at += bytes.length;
    return key ? [begin] : [];
  });
}

describe.each(ALL)("%s", (name) => {
  const { bytes, headerEnd, keys, messages } = recording(name);

  it("is unchanged, with groups at its key frames, however the input is split", () => {
    for (const [index, mostBytes] of MOST_BYTES.entries()) {
      for (let seed = 1; seed <= 20; seed++) {
        const pieces = split(splitterFor(name), cutAtRandom(bytes, seed * 7 + index, mostBytes));
        const label = `seed ${seed}, parts of up to ${mostBytes}`;
        expect(Buffer.compare(joined(pieces.map((piece) => piece.bytes)), bytes), label).toBe(0);
        expect(pieces[0]?.kind, label).toBe("header");
        expect(pieces[0]?.bytes.length, label).toBe(headerEnd);
        expect(
          pieces.filter(({ kind }) => kind === "header"),
          label,
        ).toHaveLength(1);
        expect(keyOffsets(pieces), label).toEqual(keys);
      }
    }
  });

  it("is unchanged when pushed byte by byte", () => {
    const key = keys[1] ?? bytes.length;
    const parts = [
      ...singly(bytes.subarray(0, headerEnd + 1_000)),
      bytes.subarray(headerEnd + 1_000, key - 1_500),
      ...singly(bytes.subarray(key - 1_500, key + 1_500)),
    ];
    const pieces = split(splitterFor(name), parts);
    expect(Buffer.compare(joined(pieces.map((piece) => piece.bytes)), joined(parts))).toBe(0);
    expect(keyOffsets(pieces)).toEqual(keys.slice(0, 2));
  });

  it("is passed on immediately: less is held back than could start a group", () => {
    const splitter = splitterFor(name);
    let given = 0;
    for (const { off, size } of messages) {
      for (const piece of splitter.push(bytes.slice(off, off + size))) {
        given += piece.bytes.length;
      }
      const kept = off + size - given;
      expect(kept, `after ${off + size}`).toBeLessThan(off + size <= headerEnd ? 1_500 : 1_000);
    }
  });

  it("decodes without complaints when the ends of groups are dropped", () => {
    const pieces = split(splitterFor(name), cutAtRandom(bytes, 11, 20_000));
    const begins = pieces.flatMap(({ key }, index) => (key ? [index] : []));
    const kept = pieces.filter((_, index) => {
      const begin = begins.findLast((key) => key <= index) ?? 0;
      const end = begins.find((key) => key > index) ?? pieces.length;
      return index <= (begin + end) / 2;
    });
    // An MP4 fragment is a whole group, in one chunk.
    expect(kept.length < pieces.length).toBe(!name.endsWith(".mp4"));
    const { complaints, frames } = decode(joined(kept.map((piece) => piece.bytes)));
    expect(complaints).toBe("");
    expect(frames).toBeGreaterThanOrEqual(name.includes("audioonly") ? 0 : begins.length);
  });

  it("decodes without complaints when whole groups are dropped", () => {
    const whole = groups(split(splitterFor(name), cutAtRandom(bytes, 5, 50_000)));
    const every = whole.groups.map((_, index) => index);
    const removals = [[], [0], every.slice(1, -1), every.filter((index) => index % 2 === 1)];
    for (const removed of removals) {
      const kept = whole.groups.filter((_, index) => !removed.includes(index));
      const decoded = decode(joined([whole.header, ...kept.map((group) => group.bytes)]));
      expect(decoded, `without ${removed.join()}`).toEqual({
        complaints: "",
        frames: kept.reduce((sum, { frames }) => sum + frames, 0),
      });
    }
  });
});

describe("unparsable input", () => {
  it.each([
    ["noise", Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7_919) % 251)],
    ["zeros", new Uint8Array(50_000)],
    ["ones", new Uint8Array(50_000).fill(0xff)],
    ["text", new TextEncoder().encode("#EXTM3U\n".repeat(1_000))],
  ])("is passed on unchanged, as one group: %s", (_, bytes) => {
    for (const splitter of [new MatroskaSplitter(), new Mp4Splitter()]) {
      const pieces = split(splitter, cutAtRandom(bytes, 3, 5_000));
      expect(Buffer.compare(joined(pieces.map((piece) => piece.bytes)), bytes)).toBe(0);
      expect(pieces.filter(({ key }) => key).length).toBeLessThanOrEqual(1);
    }
  });

  it("does not break what preceded it", () => {
    for (const name of ["webm-h264-opus.webm", "mp4-avc1-opus.mp4"]) {
      const { bytes, keys } = recording(name);
      const broken = joined([bytes.subarray(0, keys[1]), new Uint8Array(5_000), bytes]);
      const splitter = splitterFor(name);
      const pieces = split(splitter, cutAtRandom(broken, 9, 30_000));
      expect(splitter.isParsing).toBe(false);
      expect(Buffer.compare(joined(pieces.map((piece) => piece.bytes)), broken)).toBe(0);
      expect(keyOffsets(pieces)).toEqual(keys.slice(0, 1));
    }
  });
});
