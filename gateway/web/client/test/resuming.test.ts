import { describe, expect, it, vi } from "vitest";
import { WINDOW_MS } from "./doubles/gateway.js";
import { events, failures, live, pass, platform, states } from "./doubles/publishing.js";
import {
  CHUNKS,
  HEADER,
  drops,
  gateway,
  given,
  goLive,
  next,
  record,
  recordFor,
  resumptions,
  stop,
} from "./doubles/resuming.js";

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
    expect(resumptions()).toMatchObject([{ mode: "exact", lostGroups: 0 }]);
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
