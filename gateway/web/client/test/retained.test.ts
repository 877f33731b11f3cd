import { describe, expect, it } from "vitest";
import { Retained } from "../src/retained.js";
import { cutAtRandom, recording } from "./recorder/recordings.js";

const NAMES = ["webm-h264-opus.webm", "webm-vp8-opus.webm", "mp4-avc1-opus.mp4"];
const MEGABYTE = 1_000_000;

function all(retained: Retained, position: number): Buffer {
  const parts: Uint8Array[] = [];
  for (let chunk = retained.from(position); chunk; chunk = retained.from(position)) {
    expect(chunk.start).toBe(position);
    parts.push(chunk.bytes);
    position += chunk.bytes.byteLength;
  }
  return Buffer.concat(parts);
}

describe.each(NAMES)("what is retained of %s", (name) => {
  const { bytes, headerEnd, keys } = recording(name);
  const recorded = Buffer.from(bytes);

  it("can be sent again from every byte that was not accepted", () => {
    const retained = new Retained(name, 100 * MEGABYTE);
    cutAtRandom(bytes, 1, 3_000).forEach((part, index) => retained.add(part, index));
    expect(retained.endByte).toBe(recorded.length);
    for (let position = 0; position <= recorded.length; position += 39_989) {
      expect(all(retained, position).equals(recorded.subarray(position))).toBe(true);
    }
    expect(retained.from(recorded.length)).toBeNull();
  });

  it("reaches back to the start of the group that was accepted last", () => {
    const retained = new Retained(name, 100 * MEGABYTE);
    cutAtRandom(bytes, 2, 3_000).forEach((part, index) => retained.add(part, index));
    for (const accepted of keys.flatMap((start) => [start, start + 5_000])) {
      retained.accepted(accepted);
      const group = keys.findLast((start) => start <= accepted)!;
      expect(retained.keptFromByte).toBe(group);
      expect(all(retained, group).equals(recorded.subarray(group))).toBe(true);
      expect(retained.bytes).toBe(headerEnd + recorded.length - group);
    }
  });

  it("restarts with the header and that group, and counts anew, more than once", () => {
    const retained = new Retained(name, 100 * MEGABYTE);
    const parts = cutAtRandom(bytes, 3, 3_000);
    const half = parts.slice(0, parts.length / 2);
    half.forEach((part, index) => retained.add(part, index));
    let expected = Buffer.concat(half);
    for (let times = 0; times < 2; times++) {
      const accepted = Math.floor(expected.length * 0.7);
      const shifted = expected.length;
      retained.accepted(accepted);
      const shift = retained.restart(accepted)!;
      expect(all(retained, 0).subarray(0, headerEnd).equals(recorded.subarray(0, headerEnd))).toBe(
        true,
      );
      const from = headerEnd - shift;
      expected = Buffer.concat([recorded.subarray(0, headerEnd), expected.subarray(from)]);
      expect(expected.length).toBe(shifted + shift);
      expect(all(retained, 0).equals(expected)).toBe(true);
      expect(retained.keptFromByte).toBe(0);
    }
    parts.slice(half.length).forEach((part, index) => retained.add(part, index));
    expected = Buffer.concat([expected, ...parts.slice(half.length)]);
    const start = expected.length - (recorded.length - keys.at(-1)!);
    retained.accepted(expected.length);
    expect(retained.keptFromByte).toBe(start);
  });

  it("is no more than half of what is allowed once it is accepted", () => {
    const retained = new Retained(name, 40_000);
    cutAtRandom(bytes, 4, 1_000).forEach((part, index) => {
      retained.add(part, index);
      retained.accepted(retained.endByte);
      expect(retained.bytes).toBeLessThanOrEqual(20_000 + headerEnd);
    });
    // The header and the group are not whole any more, or they are.
    const shift = retained.restart(retained.endByte);
    if (shift !== null) {
      expect(all(retained, headerEnd).equals(recorded.subarray(headerEnd - shift))).toBe(true);
    }
  });

  it("is nothing once it is accepted, if the recording cannot be continued", () => {
    const retained = new Retained(null, MEGABYTE);
    retained.add(bytes, 0);
    retained.accepted(1_000);
    expect(retained.bytes).toBe(bytes.length - 1_000);
    retained.accepted(bytes.length);
    expect(retained.bytes).toBe(0);
  });
});

describe("what is retained of something else", () => {
  it("is what was not accepted, and it cannot be restarted after that", () => {
    const retained = new Retained("video/webm", MEGABYTE);
    const noise = Uint8Array.from({ length: 50_000 }, (_, at) => (at * 131) % 251);
    retained.add(noise, 0);
    expect(all(retained, 10).equals(Buffer.from(noise.subarray(10)))).toBe(true);
    retained.accepted(20_000);
    expect(retained.bytes).toBe(30_000);
    expect(retained.restart(20_000)).toBeNull();
  });
});
