import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PublishOptions } from "../src/types.js";
import { FakeGateway, WINDOW_MS } from "./doubles/gateway.js";
import {
  audio,
  create,
  events,
  failures,
  live,
  pass,
  platform,
  reason,
  states,
  video,
  warnings,
} from "./doubles/publishing.js";
import { recording, split, splitterFor } from "./recorder/recordings.js";

const WEBM = recording("webm-h264-opus.webm");
const CHUNKS = split(splitterFor(WEBM.name), [WEBM.bytes]);
const HEADER = WEBM.bytes.subarray(0, WEBM.headerEnd);

let gateway: FakeGateway;
let quit: () => void;
let given: Buffer;
let next: number;

beforeEach(() => {
  gateway = new FakeGateway();
  platform.connect = gateway.connect;
  platform.offered = [{ mimeType: "video/webm", engine: "media-recorder" }];
  quit = gateway.run();
  given = Buffer.alloc(0);
  next = 0;
});
afterEach(() => quit());

async function goLive(options?: Partial<PublishOptions>): Promise<void> {
  const started = create(options).start();
  await pass(10);
  await started;
}

/** The next part of the recording. */
async function record(chunks = 1): Promise<void> {
  for (const { kind, key, bytes, frames } of CHUNKS.slice(next, (next += chunks))) {
    given = Buffer.concat([given, bytes]);
    platform.lastEngine.sink.unit({
      ...{ kind: kind === "header" ? "header" : "muxed", key, frames, droppable: true },
      ...{ capturedAtMs: performance.now(), byteLength: bytes.byteLength },
      toBytes: () => Promise.resolve(bytes),
    });
    await pass(20);
  }
}

/** Records for as long, a part every 100 ms. */
async function recordFor(ms: number): Promise<void> {
  for (let atMs = 0; atMs < ms; atMs += 100) {
    const isOver = next >= CHUNKS.length;
    await record();
    await pass(isOver ? 100 : 80);
  }
}

const resumptions = () => events.flatMap((e) => (e.type === "resumed" ? [e.detail] : []));
const drops = () =>
  events.flatMap((e) => (e.type === "adaptation" && e.detail.change === "dropped" ? [e] : []));

async function stop() {
  const stopped = live.stop();
  platform.lastEngine.isThrough();
  await pass(500);
  return stopped;
}

describe("a lost connection", () => {
  it("is replaced by another one, over which the same recording continues", async () => {
    await goLive();
    await record(10);
    await pass(1_000);
    gateway.line.passesBytes = 1;
    await record(5);
    expect(live.state).toBe("reconnecting");
    expect(failures()).toEqual([["connection-lost", true]]);
    await pass(150 + 5);
    expect(live.state).toBe("live");
    await record(5);
    await pass(250);
    expect(gateway.session.bytes.equals(given)).toBe(true);
    expect(gateway.sessions).toHaveLength(1);
    expect(platform.engines).toHaveLength(1);
    expect(states()).toEqual(["live", "reconnecting", "live"]);
    expect(live.stats).toMatchObject({ reconnects: 0, resumes: 1, sentBytes: given.length });
    expect(resumptions()).toEqual([
      { mode: "exact", awayMs: expect.any(Number), resentBytes: expect.any(Number), lostGroups: 0 },
    ]);
    expect(resumptions()[0]?.resentBytes).toBeGreaterThan(0);
    const confirmed = await stop();
    expect(confirmed.acceptedBytes).toBe(given.length);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("is answered with the agreed message, to the agreed address", async () => {
    await goLive();
    await record(3);
    await pass(1_000);
    gateway.line.breaks();
    await pass(200);
    expect(gateway.line.url).toBe("wss://host/ingest?node=gw-1");
    expect(gateway.resumes).toEqual([
      {
        type: "resume",
        sessionId: "s-1",
        token: "token-1",
        keptFromByte: HEADER.length,
        sentBytes: given.length,
        mimeType: "video/webm",
        open: {
          type: "open",
          streamKey: "a?b=c",
          token: "aaa.bbb.ccc",
          offers: ["video/webm"],
          video: { width: 1280, height: 720, frameRate: 30, bitsPerSecond: 2_500_000 },
          audio: { sampleRate: 48_000, channels: 2, bitsPerSecond: 128_000 },
          progressIntervalMs: 250,
          draining: true,
          resume: true,
          outputs: true,
          keyFrames: false,
          adapts: true,
          warnings: true,
        },
      },
    ]);
  });

  it("is noticed after three seconds of silence, and closed as one that comes back", async () => {
    await goLive();
    await record(3);
    await pass(500);
    const { line } = gateway;
    line.isSilent = true;
    await pass(2_700);
    expect(live.state).toBe("live");
    await recordFor(600);
    expect(line.closedWith).toBe(4000);
    await pass(200);
    expect(live.state).toBe("live");
    expect(gateway.session.takeovers).toBe(1);
    line.deliver();
    await record(2);
    await pass(250);
    expect(gateway.session.bytes.equals(given)).toBe(true);
  });

  it("costs nothing while it is not noticed yet", async () => {
    await goLive({ maxQueueMs: 1_000 });
    await record(3);
    await pass(500);
    gateway.line.isSilent = true;
    await recordFor(4_000);
    await pass(500);
    expect(drops()).toEqual([]);
    expect(gateway.session.bytes.equals(given)).toBe(true);
    expect(live.stats.resumes).toBe(1);
  });

  it("may be lost at every byte of a message", async () => {
    await goLive();
    await record(2);
    const { length } = CHUNKS[next]!.bytes;
    for (const passes of [1, 2, Math.floor(length / 2), length - 1, length]) {
      await pass(1_000);
      gateway.line.passesBytes = Math.min(passes, CHUNKS[next]!.bytes.length);
      await record();
      await pass(400);
      expect(live.state).toBe("live");
      expect(gateway.session.bytes.equals(given)).toBe(true);
    }
    expect(live.stats.resumes).toBe(5);
  });

  it("is tried again with increasing pauses until the window is over; then a new recording begins", async () => {
    await goLive();
    await record(3);
    await pass(1_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    await pass(WINDOW_MS - 100);
    expect(gateway.lines.length).toBeGreaterThan(10);
    expect(gateway.lines.length).toBeLessThan(25);
    expect(platform.lastEngine.state).toBe("started");
    expect(live.stats.keptBytes).toBeGreaterThan(0);
    await pass(3_000);
    expect(platform.lastEngine.state).toBe("aborted");
    gateway.isReachable = true;
    gateway.ends(gateway.session);
    await pass(15_000);
    expect(live.state).toBe("live");
    expect(gateway.sessions).toHaveLength(2);
    expect(platform.engines).toHaveLength(2);
    expect(live.stats).toMatchObject({ reconnects: 1, resumes: 0, keptBytes: 0 });
    expect(failures().every(([, willReconnect]) => willReconnect)).toBe(true);
  });

  it("is tried again as soon as the network is back", async () => {
    await goLive();
    await pass(1_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    await pass(10_000);
    gateway.isReachable = true;
    const before = gateway.lines.length;
    platform.page.window.dispatchEvent(new Event("online"));
    await pass(160);
    expect(gateway.lines.length).toBe(before + 1);
    expect(live.state).toBe("live");
  });

  it("is tried again soon when an attempt hangs", async () => {
    await goLive();
    await pass(1_000);
    gateway.line.breaks();
    gateway.opensNothing = true;
    await pass(155);
    const hanging = gateway.line;
    await pass(5_000);
    expect(hanging.closedWith).toBe(4000);
    gateway.opensNothing = false;
    await pass(1_000);
    expect(live.state).toBe("live");
  });

  it("waits as long as the gateway asks", async () => {
    await goLive();
    await pass(1_000);
    gateway.line.breaks();
    gateway.refuses = {
      ...{ type: "failed", code: "gateway-full", message: "Full." },
      ...{ retryable: true, retryAfterMs: 5_000 },
    };
    await pass(160);
    expect(failures().at(-1)).toEqual(["gateway-full", true]);
    gateway.refuses = null;
    const before = gateway.lines.length;
    platform.page.window.dispatchEvent(new Event("online"));
    await pass(4_900);
    expect(gateway.lines.length).toBe(before);
    await pass(1_000);
    expect(live.state).toBe("live");
    expect(live.stats.resumes).toBe(1);
  });

  it("keeps the encoder's target, and lets the backlog drain before it is lowered", async () => {
    platform.adapts = true;
    await goLive();
    await recordFor(2_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    await recordFor(6_000);
    gateway.isReachable = true;
    await recordFor(6_000);
    expect(live.stats.resumes).toBe(1);
    expect(events.filter(({ type }) => type === "adaptation")).toEqual([]);
    expect(gateway.session.bytes.equals(given)).toBe(true);
  });
});

describe("a gateway that does not grant it", () => {
  it.each([
    ["an older one", null],
    ["one without a window", { windowMs: 0, maxKeptBytes: 1 }],
  ])("gets a new recording over each connection: %s", async (_, grant) => {
    gateway.grant = grant;
    await goLive();
    await record(3);
    expect(live.stats.keptBytes).toBe(0);
    gateway.line.breaks();
    expect(platform.lastEngine.state).toBe("aborted");
    await pass(300);
    expect(gateway.sessions).toHaveLength(2);
    expect(gateway.resumes).toEqual([]);
    expect(live.stats).toMatchObject({ reconnects: 1, resumes: 0 });
    expect(resumptions()).toEqual([]);
  });

  it("is silent for ten seconds before it is given up, with an ordinary close", async () => {
    gateway.grant = null;
    await goLive();
    await pass(500);
    const { line } = gateway;
    line.isSilent = true;
    await pass(9_000);
    expect(live.state).toBe("live");
    await pass(1_000);
    expect(line.closedWith).toBe(1000);
  });

  it.each([{ resume: false as const }, { reconnect: false as const }])(
    "is not asked if the page does not want it: %j",
    async (option) => {
      const received = vi.spyOn(gateway, "received");
      await goLive(option);
      expect(received.mock.calls[0]?.[1]).toMatchObject({ type: "open", resume: false });
      gateway.line.breaks();
      expect(platform.lastEngine.state).toBe("aborted");
    },
  );
});

describe("a gateway that was started again", () => {
  it("gets the header and the recording from the last group that was accepted", async () => {
    await goLive();
    await record(CHUNKS.length / 2);
    await pass(1_000);
    const groups = WEBM.keys.filter((start) => start <= given.length);
    const lastGroup = groups.at(-1)!;
    expect(groups.length).toBeGreaterThan(2);
    gateway.restarts();
    await pass(200);
    expect(resumptions()).toMatchObject([{ mode: "restart", lostGroups: 0 }]);
    expect(resumptions()[0]?.resentBytes).toBe(HEADER.length + given.length - lastGroup);
    await record(10);
    await pass(500);
    const expected = Buffer.concat([HEADER, given.subarray(lastGroup)]);
    expect(gateway.session.bytes.equals(expected)).toBe(true);
    expect(live.negotiated.sessionId).toBe("s-2");
    expect(live.stats).toMatchObject({ resumes: 1, reconnects: 0, sentBytes: expected.length });

    gateway.line.passesBytes = 100;
    await record(3);
    await pass(400);
    expect(gateway.resumes.at(-1)).toMatchObject({ sessionId: "s-2", token: "token-2" });
    expect(resumptions().at(-1)).toMatchObject({ mode: "exact" });
    const all = Buffer.concat([HEADER, given.subarray(lastGroup)]);
    expect(gateway.session.bytes.equals(all)).toBe(true);
  });

  it("gets everything if it goes before the first group is accepted", async () => {
    await goLive();
    await record(2);
    gateway.restarts();
    await pass(500);
    await record(2);
    await pass(500);
    expect(gateway.session.bytes.equals(given)).toBe(true);
  });

  it.each(["shutting-down"])("is one that says so: %s", async (code) => {
    await goLive();
    await record(20);
    await pass(1_000);
    gateway.line.says({ type: "failed", code, message: "Bye.", retryable: true });
    gateway.restarts();
    await pass(1_000);
    expect(resumptions()).toMatchObject([{ mode: "restart" }]);
    expect(platform.engines).toHaveLength(1);
  });
});

describe("an answer that refuses to continue", () => {
  const failed = (code: string, retryable = false) => ({
    ...{ type: "failed", code, message: "Words.", retryable },
  });

  it.each(["resume-unknown", "resume-gap", "unsupported-offer", "unknown-message-type"])(
    "begins a new recording: %s",
    async (code) => {
      await goLive();
      await pass(1_000);
      gateway.line.breaks();
      gateway.refuses = failed(code);
      await pass(160);
      expect(failures().at(-1)).toEqual([code, true]);
      expect(platform.lastEngine.state).toBe("aborted");
      gateway.refuses = null;
      await pass(1_000);
      expect(live.state).toBe("live");
      expect(gateway.sessions).toHaveLength(2);
    },
  );

  it("begins a new recording if it needs what does not exist", async () => {
    await goLive();
    await record(3);
    await pass(1_000);
    gateway.line.breaks();
    gateway.refuses = { type: "resumed", mode: "exact", sessionId: "s-1", nextByte: 1e9 };
    await pass(160);
    expect(failures().at(-1)).toEqual(["resume-gap", true]);
    expect(gateway.line.closedWith).toBe(1000);
  });

  it.each([
    ["a retryable one begins a new recording", "ffmpeg-failed", true, "live"],
    ["another one is the end", "ended-by-operator", false, "failed"],
  ])("can be the outcome of the stream: %s", async (_, code, retryable, state) => {
    await goLive();
    await pass(1_000);
    gateway.ends(gateway.session, failed(code, retryable));
    gateway.line.breaks();
    await pass(2_000);
    expect(live.state).toBe(state);
    expect(gateway.sessions).toHaveLength(retryable ? 2 : 1);
    expect(failures().filter(([said]) => said === code)).toHaveLength(1);
  });

  it("does not end a stream that the gateway ended because it waited too short", async () => {
    await goLive();
    await record(5);
    await pass(1_000);
    gateway.line.breaks();
    gateway.ends(gateway.session);
    await record(5);
    await pass(2_000);
    expect(states()).not.toContain("ended");
    expect(gateway.sessions).toHaveLength(2);
    expect(live.state).toBe("live");
  });

  it("ends a stream that another connection has taken over", async () => {
    await goLive();
    await pass(1_000);
    gateway.line.says(failed("taken-over"));
    await pass(60_000);
    expect(live.state).toBe("failed");
    expect(live.error?.code).toBe("taken-over");
    expect(gateway.lines).toHaveLength(1);
  });

  it("is not believed when a forgotten attempt of its own has taken over", async () => {
    await goLive();
    await record(3);
    await pass(1_000);
    gateway.line.breaks();
    gateway.swallows = true;
    await pass(160);
    const forgotten = gateway.line;
    gateway.swallows = false;
    forgotten.tellClient();
    await pass(1_000);
    expect(live.state).toBe("live");
    forgotten.deliver();
    await pass(1_000);
    await record(3);
    await pass(500);
    expect(failures().at(-1)).toEqual(["taken-over", true]);
    expect(live.state).toBe("live");
    expect(gateway.session.bytes.equals(given)).toBe(true);
  });
});

describe("the end of a stream", () => {
  it("is the gateway's word, even if the answer to stop was lost", async () => {
    await goLive();
    await record(5);
    gateway.losesTheNextEnded = true;
    const ended = await stop();
    expect(ended.acceptedBytes).toBe(given.length);
    expect(states()).toEqual(["live", "stopping", "ended"]);
    expect(live.error).toBeNull();
  });

  it("waits for a connection: stopped while away", async () => {
    await goLive();
    await record(5);
    await pass(1_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    await record(5);
    const stopped = live.stop();
    await record(1);
    platform.lastEngine.isThrough();
    await pass(5_000);
    expect(live.state).toBe("stopping");
    gateway.isReachable = true;
    await pass(5_000);
    expect((await stopped).acceptedBytes).toBe(given.length);
    expect(gateway.session.bytes.equals(given)).toBe(true);
    expect(gateway.session.stops).toBe(1);
    expect(states()).toEqual(["live", "reconnecting", "stopping", "ended"]);
  });

  it.each(["video", "audio"] as const)(
    "waits for a connection: the %s track ends while away",
    async (kind) => {
      await goLive();
      await record(5);
      await pass(1_000);
      gateway.isReachable = false;
      gateway.line.breaks();
      (kind === "video" ? video : audio).unplug();
      await record(2);
      platform.lastEngine.isThrough();
      gateway.isReachable = true;
      await pass(5_000);
      expect(gateway.session.bytes.equals(given)).toBe(true);
      expect(gateway.session.stops).toBe(1);
      expect(live.error?.code).toBe(kind === "video" ? "camera-lost" : "microphone-lost");
    },
  );

  it("is not confirmed if the window ends first", async () => {
    await goLive();
    await record(5);
    await pass(1_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    const stopped = reason(live.stop());
    platform.lastEngine.isThrough();
    await pass(WINDOW_MS + 100);
    expect((await stopped).code).toBe("end-unconfirmed");
    expect(failures().at(-1)).toEqual(["end-unconfirmed", false]);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("is not confirmed if the gateway ended the stream before the rest came", async () => {
    await goLive();
    await record(5);
    await pass(1_000);
    gateway.line.breaks();
    gateway.ends(gateway.session);
    await record(1);
    const stopped = reason(live.stop());
    platform.lastEngine.isThrough();
    await pass(5_000);
    expect((await stopped).code).toBe("end-unconfirmed");
  });

  it("does not come back when it is aborted while away", async () => {
    const aborting = new AbortController();
    await goLive({ signal: aborting.signal });
    gateway.line.breaks();
    aborting.abort();
    await pass(60_000);
    expect(gateway.lines).toHaveLength(1);
    expect(live.stats.keptBytes).toBe(0);
  });

  it("leaves at once when the page is closed", async () => {
    await goLive();
    const { line } = gateway;
    platform.page.window.dispatchEvent(new Event("pagehide"));
    expect(line.closedWith).toBe(1000);
  });
});

describe("a computer that was asleep", () => {
  it("continues if the gateway still waits", async () => {
    await goLive();
    await record(5);
    await pass(1_000);
    const { line } = gateway;
    platform.sleptMs = 20_000;
    await pass(1_000);
    expect(line.closedWith).toBe(4000);
    expect(warnings()).toEqual(["slept"]);
    await pass(500);
    expect(live.state).toBe("live");
    expect(resumptions()[0]?.awayMs).toBeGreaterThanOrEqual(20_000);
    expect(platform.engines).toHaveLength(1);
  });

  it("begins anew if it does not", async () => {
    await goLive();
    await pass(1_000);
    platform.sleptMs = WINDOW_MS + 1_000;
    await pass(2_000);
    expect(gateway.sessions).toHaveLength(2);
    expect(resumptions()).toEqual([]);
  });
});

describe("what is kept", () => {
  it("is bounded in time: then it is released, and a new recording begins", async () => {
    await goLive({ resume: { maxMs: 5_000 } });
    await recordFor(2_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    await recordFor(4_800);
    expect(live.stats.keptBytes).toBeGreaterThan(0);
    expect(drops()).toEqual([]);
    await pass(300);
    expect(live.stats.keptBytes).toBe(0);
    expect(platform.lastEngine.state).toBe("aborted");
    gateway.isReachable = true;
    await pass(4_000);
    expect(live.state).toBe("live");
    expect(gateway.resumes).toEqual([]);
  });

  it("is bounded in bytes: the oldest groups are left out, the newest kept, counted and told", async () => {
    const maxBytes = 150_000;
    await goLive({ resume: { maxBytes } });
    await recordFor(1_000);
    gateway.isReachable = false;
    gateway.line.breaks();
    const sentBefore = given.length;
    let most = 0;
    for (let second = 0; second < 15; second++) {
      await recordFor(1_000);
      most = Math.max(most, live.stats.keptBytes);
    }
    expect(given.length).toBeGreaterThan(2 * maxBytes);
    expect(most).toBeLessThanOrEqual(maxBytes);
    expect(most).toBeGreaterThan(maxBytes / 4);
    gateway.isReachable = true;
    await pass(5_000);
    const [resumption] = resumptions();
    expect(resumption?.lostGroups).toBeGreaterThan(0);
    expect(live.stats.droppedGroups).toBe(resumption?.lostGroups);
    expect(drops().length).toBeGreaterThan(0);
    // What arrives: all of before, and the newest groups, whole.
    const { bytes } = gateway.session;
    expect(bytes.subarray(0, sentBefore).equals(given.subarray(0, sentBefore))).toBe(true);
    const kept = bytes.subarray(sentBefore);
    const start = given.length - kept.length;
    expect(kept.equals(given.subarray(start))).toBe(true);
    expect(WEBM.keys).toContain(start);
  });
});

describe("the gateway's other messages", () => {
  it("become events and key frames", async () => {
    await goLive();
    const status = {
      ...{ index: 0, name: "rtmp://live.example.org:1935", state: "away", code: "output-failed" },
      ...{
        message: "The server refuses.",
        sinceMs: 1_200,
        restarts: 2,
        lostMs: 0,
        repeatedMs: 640,
      },
    };
    gateway.line.says({ type: "output", ...status });
    gateway.line.says({ type: "keyframe" });
    gateway.line.says({ type: "warning", code: "no-sound", message: "It is silent." });
    expect(events.filter(({ type }) => type === "output")).toEqual([
      { type: "output", detail: status },
    ]);
    expect(warnings()).toEqual(["no-sound"]);
    expect(platform.lastEngine.keyFrames).toBe(1);
    expect(live.state).toBe("live");
  });
});
