// What the WebCodecs engine muxes, sent over several connections.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "../../src/webcodecs/formats.js";
import { Muxer } from "../../src/webcodecs/muxer.js";
import type { AudioPacket, VideoPacket } from "../../src/webcodecs/packet.js";
import { MatroskaSplitter } from "../../src/recorder/matroska-splitter.js";
import { FakeGateway } from "../doubles/gateway.js";
import { create, events, live, pass, platform } from "../doubles/publishing.js";
import { groups, split } from "../recorder/recordings.js";

const TYPE = 'video/x-matroska;codecs="vp8,opus"';
const FRAME_MS = 40;
const FRAMES_PER_GROUP = 25;
const FRAME_BYTES = 2_000;

const VIDEO = { decoderConfig: { codec: "vp8", codedWidth: 640, codedHeight: 360 } };
const AUDIO = { decoderConfig: { codec: "opus", sampleRate: 48_000, numberOfChannels: 1 } };

let gateway: FakeGateway;
let quit: () => void;
let muxer: Muxer;
let muxed: Buffer;
let frames: number;

beforeEach(() => {
  gateway = new FakeGateway();
  platform.connect = gateway.connect;
  platform.offered = [{ mimeType: TYPE, engine: "webcodecs" }];
  platform.adapts = true;
  quit = gateway.run();
  muxed = Buffer.alloc(0);
  frames = 0;
});
afterEach(() => quit());

function emit(kind: "video" | "audio", packet: VideoPacket | AudioPacket): void {
  platform.lastEngine.sink.unit({
    ...{ kind, key: packet.key && kind === "video", droppable: true },
    ...{ capturedAtMs: packet.capturedAtMs, byteLength: packet.data.byteLength },
    frames: kind === "video" ? 1 : 0,
    toBytes: async () => {
      const bytes = await (kind === "video"
        ? muxer.addVideo(packet)
        : muxer.addAudio(packet as AudioPacket));
      muxed = Buffer.concat([muxed, bytes]);
      return bytes;
    },
  });
}

/** Encodes for as long. */
async function film(ms: number): Promise<void> {
  for (let atMs = 0; atMs < ms; atMs += FRAME_MS) {
    const capturedAtMs = performance.now();
    const key = frames++ % FRAMES_PER_GROUP === 0;
    // Frames tell their number, so that it is seen which arrive.
    const data = new Uint8Array(FRAME_BYTES).fill(frames % 256);
    const common = { capturedAtMs, durationMs: FRAME_MS };
    emit("video", { ...common, data, key, meta: VIDEO });
    emit("audio", { ...common, data: new Uint8Array(100), key: true, meta: AUDIO });
    await pass(FRAME_MS);
  }
}

async function goLive(): Promise<void> {
  const started = create().start();
  await pass(10);
  await started;
  muxer = new Muxer(parse(TYPE), performance.now());
}

const received = () => new Uint8Array(gateway.session.bytes);

describe("a recording with WebCodecs", () => {
  it("arrives byte for byte, with what was encoded without a connection", async () => {
    await goLive();
    for (const passesBytes of [1, 777, 12_345]) {
      await film(1_500);
      gateway.line.passesBytes = passesBytes;
      await film(1_500);
    }
    gateway.isReachable = false;
    gateway.line.breaks();
    await film(8_000);
    gateway.isReachable = true;
    await film(6_000);
    expect(live.stats.resumes).toBe(4);
    expect(live.stats.droppedFrames).toBe(0);
    expect(gateway.session.bytes.equals(muxed)).toBe(true);
    const found = groups(split(new MatroskaSplitter(), [received()])).groups;
    expect(found.slice(0, -1).every((group) => group.frames === FRAMES_PER_GROUP)).toBe(true);
    expect(events.filter(({ type }) => type === "adaptation")).toEqual([]);
  });

  it("is kept back to the last group that was accepted, and restarted there", async () => {
    await goLive();
    let most = 0;
    for (let second = 0; second < 10; second++) {
      await film(1_000);
      most = Math.max(most, live.stats.keptBytes);
    }
    const groupBytes = FRAMES_PER_GROUP * (FRAME_BYTES + 150);
    expect(most).toBeLessThan(2.5 * groupBytes);
    const before = gateway.session.acceptedBytes;
    gateway.restarts();
    await film(2_000);
    expect(gateway.sessions).toHaveLength(2);
    const { header, groups: found } = groups(split(new MatroskaSplitter(), [received()]));
    expect(muxed.subarray(0, header.length).equals(header)).toBe(true);
    const start = muxed.length - (received().length - header.length);
    expect(start).toBeLessThanOrEqual(before);
    expect(start).toBeGreaterThan(before - 2 * groupBytes);
    expect(muxed.subarray(start).equals(received().subarray(header.length))).toBe(true);
    expect(found[0]?.frames).toBe(FRAMES_PER_GROUP);
  });

  it("leaves out whole groups before they become bytes, if more is encoded than may be kept", async () => {
    gateway.grant = { windowMs: 30_000, maxKeptBytes: 400_000 };
    await goLive();
    await film(3_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    await film(15_000);
    expect(live.stats.keptBytes).toBeLessThanOrEqual(400_000);
    gateway.isReachable = true;
    await film(6_000);
    expect(gateway.session.bytes.equals(muxed)).toBe(true);
    const found = groups(split(new MatroskaSplitter(), [received()])).groups;
    const whole = found.filter(({ frames: count }) => count === FRAMES_PER_GROUP).length;
    // The group that was being sent and the last one may be short.
    expect(whole).toBeGreaterThanOrEqual(found.length - 2);
    expect(live.stats.droppedFrames).toBeGreaterThan(5 * FRAMES_PER_GROUP);
    const arrived = found.reduce((sum, { frames: count }) => sum + count, 0);
    expect(arrived + live.stats.droppedFrames).toBeGreaterThan(frames - FRAMES_PER_GROUP);
    expect(arrived + live.stats.droppedFrames).toBeLessThanOrEqual(frames);
  });
});
