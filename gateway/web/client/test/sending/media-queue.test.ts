import { describe, expect, it } from "vitest";
import type { MediaUnit } from "../../src/engine.js";
import { MediaQueue } from "../../src/sending/media-queue.js";

const unit = (
  kind: MediaUnit["kind"],
  capturedAtMs: number,
  { key = false, droppable = true } = {},
): MediaUnit => ({
  kind,
  key,
  droppable,
  capturedAtMs,
  byteLength: 10,
  frames: kind === "audio" ? 0 : 1,
  toBytes: () => Promise.resolve(new Uint8Array(10)),
});

const rest = (queue: MediaQueue) => {
  const units = [];
  for (let next = queue.shift(); next; next = queue.shift()) {
    units.push(`${next.kind[0]}${next.capturedAtMs}${next.key ? "!" : ""}`);
  }
  return units;
};

describe("a queue of media", () => {
  it("gives back what it got, in order, as long as it is short", () => {
    const queue = new MediaQueue(100);
    expect(queue.push(unit("video", 0, { key: true }))).toBeNull();
    expect(queue.push(unit("audio", 50))).toBeNull();
    expect(queue.push(unit("video", 100))).toBeNull();
    expect([queue.length, queue.bytes, queue.spanMs]).toEqual([3, 30, 100]);
    expect(rest(queue)).toEqual(["v0!", "a50", "v100"]);
    expect([queue.length, queue.bytes, queue.spanMs]).toEqual([0, 0, 0]);
  });

  it("drops whole groups that have not been begun, keeps the sound, and waits for a key frame", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("audio", 0));
    queue.push(unit("video", 40, { key: true }));
    queue.push(unit("video", 80));
    expect(queue.push(unit("video", 110))).toEqual({ groups: 1, frames: 3 });
    expect(queue.push(unit("video", 115))).toEqual({ groups: 0, frames: 1 });
    expect(queue.push(unit("audio", 90))).toBeNull();
    expect(queue.push(unit("video", 120, { key: true }))).toBeNull();
    expect(rest(queue)).toEqual(["a90", "v120!"]);
  });

  it("keeps the rest of a group that has been begun while that is young", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("audio", 0));
    queue.push(unit("video", 10));
    queue.push(unit("video", 60, { key: true }));
    expect(queue.push(unit("audio", 101))).toEqual({ groups: 1, frames: 1 });
    expect(rest(queue)).toEqual(["v10", "a101"]);
  });

  it("cuts a group short that has been begun, when its end is too old", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("video", 0));
    queue.push(unit("video", 50));
    expect(queue.push(unit("audio", 101))).toEqual({ groups: 1, frames: 2 });
    expect(queue.push(unit("video", 110))).toEqual({ groups: 0, frames: 1 });
    expect(rest(queue)).toEqual(["a101"]);
  });

  it("does not cut where that would break the container", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("both", 0, { droppable: false }));
    expect(queue.push(unit("both", 101, { droppable: false }))).toBeNull();
    expect(queue.push(unit("both", 110, { key: true, droppable: false }))).toEqual({
      groups: 1,
      frames: 1,
    });
    expect(rest(queue)).toEqual(["b0", "b101"]);
  });

  it("drops sound that is too old", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("audio", 0));
    queue.push(unit("audio", 50));
    queue.push(unit("audio", 120));
    expect(rest(queue)).toEqual(["a50", "a120"]);
  });

  it("keeps the trailer, also while everything is dropped up to the next key frame", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("video", 0, { key: true }));
    queue.push(unit("video", 101));
    expect(queue.push(unit("trailer", 102))).toBeNull();
    expect(rest(queue)).toEqual(["t102"]);
  });

  it("keeps the header", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("header", 0));
    queue.push(unit("both", 10, { key: true }));
    expect(queue.push(unit("both", 200))).toEqual({ groups: 1, frames: 2 });
    expect(rest(queue)).toEqual(["h0"]);
  });

  it("counts the age of what waits also while everything new is dropped", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("both", 0, { droppable: false }));
    queue.push(unit("both", 50, { key: true }));
    queue.push(unit("both", 150));
    queue.push(unit("both", 400));
    expect(queue.spanMs).toBe(400);
  });
});
