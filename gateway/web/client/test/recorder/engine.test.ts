import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EngineSink, MediaUnit } from "../../src/engine.js";
import type { PublishError } from "../../src/errors.js";
import { RecorderEngine } from "../../src/recorder/engine.js";
import { ScriptedTrack, camera, microphone, streamOf } from "../doubles/browser.js";
import { joined, recording } from "./recordings.js";

const { bytes, headerEnd, keys, messages } = recording("webm-h264-opus.webm");

class ScriptedRecorder {
  state = "inactive";
  mimeType = "";
  timesliceMs: number | undefined;
  requests = 0;
  ondataavailable: (event: { data: Blob }) => void = () => {};
  onstop: () => void = () => {};
  onerror: (event: object) => void = () => {};

  constructor(readonly options: object) {}

  start(timesliceMs: number): void {
    this.timesliceMs = timesliceMs;
    this.mimeType = "video/x-matroska;codecs=avc1,opus";
    this.state = "recording";
  }

  gives(data: Uint8Array<ArrayBuffer>): void {
    this.ondataavailable({ data: new Blob([data]) });
  }

  requestData(): void {
    this.requests++;
  }

  /** Like the real one, it delivers the rest and its stop event later. */
  stop(): void {
    this.state = "inactive";
  }
}

class Sink implements EngineSink {
  readonly units: MediaUnit[] = [];
  readonly errors: PublishError[] = [];
  readonly warnings: string[] = [];

  unit(unit: MediaUnit): void {
    this.units.push(unit);
  }

  failed(error: PublishError): void {
    this.errors.push(error);
  }

  warning(code: string): void {
    this.warnings.push(code);
  }

  async bytes() {
    return joined(await Promise.all(this.units.map((unit) => unit.toBytes())));
  }
}

let recorder: ScriptedRecorder;
let sink: Sink;
let nowMs: number;
let track: ScriptedTrack;
let engine: RecorderEngine;

/** Reading a blob takes real turns of the event loop, which fake timers do not advance. */
const read = () => vi.waitUntil(() => new Promise<true>((resolve) => setImmediate(resolve, true)));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  nowMs = 10_000;
  track = camera();
  sink = new Sink();
  engine = create(track, microphone());
  engine.start(sink);
});
afterEach(() => {
  vi.useRealTimers();
});

function create(...tracks: ScriptedTrack[]): RecorderEngine {
  return new RecorderEngine(
    {
      source: streamOf(...tracks),
      mimeType: 'video/webm;codecs="h264,opus"',
      keyFrameIntervalMs: 2_000,
      timesliceMs: 250,
      target: { videoBitsPerSecond: 2_000_000, frameRate: 30, scale: 1 },
      audioBitsPerSecond: 128_000,
    },
    (_, options) => (recorder = new ScriptedRecorder(options)) as unknown as MediaRecorder,
    () => nowMs,
  );
}

async function give(from: number, to: number): Promise<void> {
  const before = sink.units.length;
  recorder.gives(bytes.slice(from, to));
  await vi.waitFor(() => expect(sink.units.length).toBeGreaterThan(before));
}

describe("the MediaRecorder engine", () => {
  it("records as requested and reports what it actually writes", () => {
    expect(recorder.options).toEqual({
      mimeType: 'video/webm;codecs="h264,opus"',
      videoBitsPerSecond: 2_000_000,
      audioBitsPerSecond: 128_000,
      videoKeyFrameIntervalDuration: 2_000,
    });
    expect(recorder.timesliceMs).toBe(250);
    expect(engine.recordedAs).toBe("video/x-matroska;codecs=avc1,opus");
    expect([engine.width, engine.height]).toEqual([1280, 720]);
  });

  it("makes units of whole groups from the browser's data, without loss", async () => {
    for (const { off, size } of messages) {
      nowMs += 250;
      recorder.gives(bytes.slice(off, off + size));
    }
    const stopped = engine.stop();
    await vi.waitFor(() => expect(recorder.state).toBe("inactive"));
    recorder.onstop();
    await stopped;
    expect(Buffer.compare(await sink.bytes(), bytes)).toBe(0);
    expect(sink.units[0]).toMatchObject({ kind: "header", byteLength: headerEnd });
    expect(sink.units.slice(1).every(({ kind }) => kind === "muxed")).toBe(true);
    expect(sink.units.filter(({ key }) => key)).toHaveLength(keys.length);
    expect(engine.encodedFrames).toBe(sink.units.reduce((sum, { frames }) => sum + frames, 0));
    expect(sink.errors).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("timestamps media when it is delivered, not when it is read", async () => {
    nowMs = 11_000;
    recorder.gives(bytes.slice(0, 5_000));
    nowMs = 12_000;
    await vi.waitFor(() => expect(sink.units.length).toBeGreaterThan(1));
    expect(sink.units.map(({ capturedAtMs }) => capturedAtMs)).toEqual([11_000, 11_000]);
  });

  it("delivers nothing after abort", async () => {
    recorder.gives(bytes.slice(0, 5_000));
    engine.abort();
    recorder.gives(bytes.slice(5_000, 9_000));
    recorder.onstop();
    await read();
    await read();
    expect(sink.units).toEqual([]);
    expect(sink.errors).toEqual([]);
    expect(recorder.state).toBe("inactive");
  });

  it("fails with the recorder's message, and when it stops while tracks are live", () => {
    recorder.onerror({ error: { message: "encoding failed" } });
    expect(sink.errors[0]?.message).toContain("encoding failed");
    recorder.state = "inactive";
    recorder.onstop();
    expect(sink.errors[1]?.code).toBe("recorder-failed");
  });

  it("is not a failure when the recorder stops because the tracks have ended", async () => {
    engine = create(track);
    engine.start(sink);
    track.readyState = "ended";
    recorder.state = "inactive";
    recorder.onstop();
    await engine.stop();
    expect(sink.errors).toEqual([]);
  });

  it("warns once when key frames are further apart than requested", async () => {
    await give(0, 5_000);
    nowMs += 4_001;
    await give(5_000, 9_000);
    nowMs += 4_001;
    await give(9_000, 12_000);
    expect(sink.warnings).toEqual(["few-key-frames"]);
  });

  it("asks a stalled recorder for data, then warns", async () => {
    await give(0, 5_000);
    nowMs += 4_001;
    vi.advanceTimersByTime(2_000);
    expect(recorder.requests).toBe(1);
    expect(sink.warnings).toEqual([]);
    nowMs += 2_000;
    vi.advanceTimersByTime(2_000);
    expect(recorder.requests).toBe(1);
    expect(sink.warnings).toEqual(["no-frames"]);
  });
});
