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

describe("a media queue", () => {
  it("returns units in order while it is short", () => {
    const queue = new MediaQueue(100);
    expect(queue.push(unit("video", 0, { key: true }))).toBeNull();
    expect(queue.push(unit("audio", 50))).toBeNull();
    expect(queue.push(unit("video", 100))).toBeNull();
    expect([queue.length, queue.bytes, queue.spanMs]).toEqual([3, 30, 100]);
    expect(rest(queue)).toEqual(["v0!", "a50", "v100"]);
    expect([queue.length, queue.bytes, queue.spanMs]).toEqual([0, 0, 0]);
  });

  it("drops whole unsent groups, keeps the audio, and waits for a key frame", () => {
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

  it("keeps the rest of a partly sent group while it is recent", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("audio", 0));
    queue.push(unit("video", 10));
    queue.push(unit("video", 60, { key: true }));
    expect(queue.push(unit("audio", 101))).toEqual({ groups: 1, frames: 1 });
    expect(rest(queue)).toEqual(["v10", "a101"]);
  });

  it("drops the rest of a partly sent group when it is too old", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("video", 0));
    queue.push(unit("video", 50));
    expect(queue.push(unit("audio", 101))).toEqual({ groups: 1, frames: 2 });
    expect(queue.push(unit("video", 110))).toEqual({ groups: 0, frames: 1 });
    expect(rest(queue)).toEqual(["a101"]);
  });

  it("does not cut a container element", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("muxed", 0, { droppable: false }));
    expect(queue.push(unit("muxed", 101, { droppable: false }))).toBeNull();
    expect(queue.push(unit("muxed", 110, { key: true, droppable: false }))).toEqual({
      groups: 1,
      frames: 1,
    });
    expect(rest(queue)).toEqual(["m0", "m101"]);
  });

  it("drops audio that is too old", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("audio", 0));
    queue.push(unit("audio", 50));
    queue.push(unit("audio", 120));
    expect(rest(queue)).toEqual(["a50", "a120"]);
  });

  it("keeps the trailer, even while everything is dropped up to the next key frame", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("video", 0, { key: true }));
    queue.push(unit("video", 101));
    expect(queue.push(unit("trailer", 102))).toBeNull();
    expect(rest(queue)).toEqual(["t102"]);
  });

  it("keeps the header", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("header", 0));
    queue.push(unit("muxed", 10, { key: true }));
    expect(queue.push(unit("muxed", 200))).toEqual({ groups: 1, frames: 2 });
    expect(rest(queue)).toEqual(["h0"]);
  });

  it("measures the age of its contents while everything new is dropped", () => {
    const queue = new MediaQueue(100);
    queue.push(unit("muxed", 0, { droppable: false }));
    queue.push(unit("muxed", 50, { key: true }));
    queue.push(unit("muxed", 150));
    queue.push(unit("muxed", 400));
    expect(queue.spanMs).toBe(400);
  });
});

describe("a media queue that keeps the newest", () => {
  const away = (maxMs: number, maxBytes = Infinity) => {
    const queue = new MediaQueue(100);
    queue.limit = { maxMs, maxBytes, keeps: "newest" };
    return queue;
  };

  it("drops the oldest groups with their audio, as few as possible", () => {
    const queue = away(100);
    queue.push(unit("header", 0));
    queue.push(unit("video", 0, { key: true }));
    queue.push(unit("audio", 10));
    queue.push(unit("video", 40, { key: true }));
    queue.push(unit("audio", 50));
    queue.push(unit("video", 80, { key: true }));
    expect(queue.push(unit("audio", 100))).toBeNull();
    expect(queue.push(unit("video", 120))).toEqual({ groups: 1, frames: 1 });
    expect(rest(queue)).toEqual(["h0", "v40!", "a50", "v80!", "a100", "v120"]);
  });

  it("is bounded in bytes too", () => {
    const queue = away(Infinity, 45);
    for (let atMs = 0; atMs < 100; atMs += 10) {
      queue.push(unit("video", atMs, { key: atMs % 20 === 0 }));
      expect(queue.bytes).toBeLessThanOrEqual(45);
    }
    expect(rest(queue)).toEqual(["v60!", "v70", "v80!", "v90"]);
  });

  it("drops as many groups as it takes when less is allowed than before", () => {
    const queue = away(Infinity);
    for (let atMs = 0; atMs < 100; atMs += 10) {
      queue.push(unit("video", atMs, { key: atMs % 20 === 0 }));
    }
    queue.limit = { maxMs: Infinity, maxBytes: 35, keeps: "newest" };
    expect(queue.push(unit("video", 100))).toEqual({ groups: 4, frames: 8 });
    expect(rest(queue)).toEqual(["v80!", "v90", "v100"]);
  });

  it("drops the rest of a group that is partly sent", () => {
    const queue = away(100);
    queue.push(unit("video", 0));
    queue.push(unit("video", 50, { key: true }));
    expect(queue.push(unit("video", 101))).toEqual({ groups: 1, frames: 1 });
    expect(rest(queue)).toEqual(["v50!", "v101"]);
  });

  it("drops a group that is too long by itself, up to the next key frame", () => {
    const queue = away(100);
    queue.push(unit("video", 0, { key: true }));
    expect(queue.push(unit("video", 101))).toEqual({ groups: 1, frames: 2 });
    expect(queue.push(unit("video", 102))).toEqual({ groups: 0, frames: 1 });
    queue.push(unit("video", 103, { key: true }));
    queue.push(unit("trailer", 104));
    expect(rest(queue)).toEqual(["v103!", "t104"]);
  });

  it("drops the oldest audio where there is no video", () => {
    const queue = away(100);
    for (const atMs of [0, 50, 101, 120]) {
      queue.push(unit("audio", atMs));
    }
    expect(rest(queue)).toEqual(["a50", "a101", "a120"]);
  });

  it("says when it is too long because nothing can be dropped", () => {
    const queue = away(100);
    queue.push(unit("muxed", 0, { droppable: false }));
    expect(queue.push(unit("muxed", 101, { droppable: false }))).toBeNull();
    expect(queue.isTooLong).toBe(true);
    expect(rest(queue)).toEqual(["m0", "m101"]);
  });
});
