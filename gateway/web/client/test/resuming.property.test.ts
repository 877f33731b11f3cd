import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Mp4Splitter } from "../src/recorder/mp4-splitter.js";
import { FakeGateway } from "./doubles/gateway.js";
import { create, live, pass, platform, states } from "./doubles/publishing.js";
import { recording, split, splitterFor } from "./recorder/recordings.js";

const RUNS = Number(process.env.RUNS ?? 20);
const STEP_MS = 20;

/** Mulberry32. */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};

const seedOf = (run: number) => Number(process.env.SEED ?? Date.now() % 1_000_000) + run;

let gateway: FakeGateway;
let quit: () => void;
let emitted: Buffer;

beforeEach(() => {
  gateway = new FakeGateway();
  platform.connect = gateway.connect;
  quit = gateway.run();
  emitted = Buffer.alloc(0);
});
afterEach(() => quit());

function emit(bytes: Uint8Array<ArrayBuffer>, key: boolean, kind: "header" | "muxed"): void {
  const frame = {
    ...{ kind, key, droppable: true, frames: 1 },
    ...{ capturedAtMs: performance.now(), byteLength: bytes.byteLength },
    toBytes: () => {
      emitted = Buffer.concat([emitted, bytes]);
      // Muxing takes a turn.
      return Promise.resolve(bytes);
    },
  };
  platform.lastEngine.sink.unit(frame);
}

/** One of the ways in which a connection ends, or nearly. */
async function disturb(random: () => number): Promise<void> {
  const { line } = gateway;
  const kind = Math.floor(random() * 5);
  if (kind === 0) {
    line.breaks();
  } else if (kind === 1) {
    // In the middle of a message.
    line.passesBytes = 1 + Math.floor(random() * 3_000);
  } else if (kind === 2) {
    // Half open: both ends believe that it lives.
    line.isSilent = true;
  } else if (kind === 3) {
    // Only the client hears of it; the rest arrives after the next connection.
    line.isSilent = true;
    await pass(random() * 300);
    line.tellClient();
    setTimeout(() => line.deliver(), 50 + random() * 2_000);
  } else {
    gateway.isReachable = false;
    line.breaks();
    setTimeout(() => (gateway.isReachable = true), random() * 6_000);
  }
}

describe("whatever happens to its connections", () => {
  it.each(Array.from({ length: RUNS }, (_, run) => seedOf(run)))(
    "the gateway counts the very bytes of the recording (SEED=%i)",
    async (seed) => {
      const random = randomFrom(seed);
      platform.random = random;
      const name = random() < 0.5 ? "webm-h264-opus.webm" : "mp4-avc1-opus.mp4";
      const { bytes } = recording(name);
      const chunks = split(splitterFor(name), [bytes]);
      platform.offered = [
        {
          mimeType: splitterFor(name) instanceof Mp4Splitter ? "video/mp4" : "video/webm",
          engine: "media-recorder",
        },
      ];
      gateway.maxMessageBytes = 200 + Math.floor(random() * 20_000);
      gateway.backlogBytes = Math.floor(random() * 50_000);
      const started = create().start();
      await pass(10);
      await started;

      let next = 0;
      let disturbances = 0;
      for (let atMs = 0; atMs < 40_000; atMs += STEP_MS) {
        const chunk = chunks[next];
        if (chunk && random() < 0.2) {
          next++;
          const from = chunk.bytes.byteOffset;
          const copy = new Uint8Array(chunk.bytes.buffer, from, chunk.bytes.length).slice();
          emit(copy, chunk.key, chunk.kind === "header" ? "header" : "muxed");
        }
        if (random() < 0.01) {
          disturbances++;
          await disturb(random);
        }
        await pass(STEP_MS);
      }
      gateway.isReachable = true;
      const stopped = live.stop();
      platform.lastEngine.isThrough();
      gateway.losesTheNextEnded = random() < 0.5;
      for (let waitedMs = 0; live.state === "stopping" && waitedMs < 60_000; waitedMs += 100) {
        await pass(100);
      }
      const ended = await stopped;

      expect(gateway.sessions).toHaveLength(1);
      expect(gateway.session.bytes.equals(emitted), "the bytes").toBe(true);
      expect(ended.acceptedBytes).toBe(emitted.length);
      expect(emitted.length).toBeGreaterThan(10_000);
      expect(disturbances).toBeGreaterThan(0);
      expect(live.stats.resumes).toBeGreaterThan(0);
      expect(live.stats.droppedGroups).toBe(0);
      expect(states().at(-1)).toBe("ended");
    },
    30_000,
  );
});
