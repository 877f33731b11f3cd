import { describe, expect, it, vi } from "vitest";
import { streamOf } from "./doubles/browser.js";
import {
  ENDED,
  OPENED,
  PROGRESS,
  connect,
  create,
  events,
  failures,
  goLive,
  live,
  pass,
  platform,
  reason,
  refusal,
  states,
  video,
} from "./doubles/publishing.js";

describe("connecting", () => {
  it("connects to the page's gateway and sends key, offers and tracks inside the WebSocket", async () => {
    void connect();
    await pass(0);
    expect(platform.socket.url).toBe("wss://host/ingest");
    expect(platform.socket.protocol).toBe("sluice.v1");
    expect(platform.socket.sent).toEqual([
      {
        type: "open",
        streamKey: "a?b=c",
        token: "aaa.bbb.ccc",
        offers: ["video/a", "video/b"],
        video: { width: 1280, height: 720, frameRate: 30, bitsPerSecond: 2_500_000 },
        audio: { sampleRate: 48_000, channels: 2, bitsPerSecond: 128_000 },
        progressIntervalMs: 250,
        draining: true,
        resume: true,
        outputs: true,
        keyFrames: true,
        adapts: true,
        warnings: true,
      },
    ]);
  });

  it("goes live when the gateway has chosen, with the engine of that offer and the requested settings", async () => {
    await goLive({ video: { frameRate: 25 }, audio: { bitsPerSecond: 64_000 } });
    expect(live.state).toBe("live");
    const { name, options, state } = platform.lastEngine;
    expect(name).toBe("media-recorder");
    expect(state).toBe("started");
    expect(options).toMatchObject({
      mimeType: "video/b",
      keyFrameIntervalMs: 1_500,
      timesliceMs: 200,
      audioBitsPerSecond: 64_000,
      target: { videoBitsPerSecond: 836_000, frameRate: 25, scale: 1 },
    });
    expect(live.negotiated).toEqual({
      sessionId: "s-1",
      engine: "media-recorder",
      mimeType: "video/b",
      recordedAs: "video/really",
      video: "copy",
      audio: "transcode",
      timesliceMs: 200,
      keyFrameIntervalMs: 1_500,
      maxBitsPerSecond: 1_000_000,
    });
    expect(states()).toEqual(["live"]);
  });

  it("fails with the gateway's own message, without retrying", async () => {
    const started = connect();
    await pass(0);
    platform.socket.says({ ...refusal("gateway-full", true), extra: 1 });
    expect(await reason(started)).toMatchObject({
      name: "PublishError",
      code: "gateway-full",
      message: "Words.",
      retryable: true,
    });
    await pass(600_000);
    expect(platform.sockets).toHaveLength(1);
    expect(platform.socket.closedWith).toBe(1000);
    expect(failures()).toEqual([]);
  });

  it.each([
    [1006, "", "gateway-unreachable", true],
    [4409, "stream-key-in-use: Taken.", "stream-key-in-use", false],
    [4507, "gateway-full: Full.", "gateway-full", true],
    [4999, "", "close-4999", true],
  ])("maps close code %i %s to %s", async (code, words, expected, retryable) => {
    const started = connect();
    await pass(0);
    platform.socket.breaks(code, words);
    expect(await reason(started)).toMatchObject({ code: expected, retryable });
  });

  it("times out", async () => {
    const error = reason(connect());
    await pass(15_000);
    expect((await error).code).toBe("gateway-silent");
    expect(platform.socket.closedWith).toBe(1000);
  });

  it.each(["{", "[]", "null", '{"type":"toString"}', '{"type":"opened"}', '{"type":"ended"}'])(
    "rejects %s, which is not a valid message",
    async (words) => {
      const started = connect();
      await pass(0);
      platform.socket.says(words);
      expect((await reason(started)).code).toBe("unexpected-message");
    },
  );

  it("rejects a choice that was not offered", async () => {
    const started = connect();
    await pass(0);
    platform.socket.says({ ...OPENED, mimeType: "video/c" });
    expect((await reason(started)).code).toBe("unexpected-message");
  });

  it("fails without a socket when the browser or the source has nothing to record", async () => {
    platform.offered = [];
    expect((await reason(create().start())).code).toBe("nothing-recordable");
    video.readyState = "ended";
    expect((await reason(create().start())).code).toBe("camera-lost");
    expect(() => create({ source: streamOf() })).toThrow("neither");
    expect(() => create({ url: "ftp://host/" })).toThrow("ftp://host/");
    expect(() => create({ url: "https://" })).toThrow("not a valid gateway URL");
    expect(platform.sockets).toHaveLength(0);
  });

  it("fails with the engine's message when it cannot start", async () => {
    platform.engineFails = new Error("no encoder");
    const started = connect();
    await pass(0);
    platform.socket.says(OPENED);
    const error = await reason(started);
    expect([error.code, error.message]).toEqual([
      "recorder-failed",
      expect.stringContaining("no encoder"),
    ]);
  });

  it("can be cancelled, before and while connecting", async () => {
    expect(() => create({ signal: AbortSignal.abort() })).toThrow("cancelled");
    const cancelling = new AbortController();
    const started = connect({ signal: cancelling.signal });
    await pass(0);
    cancelling.abort("changed my mind");
    expect(await reason(started)).toMatchObject({ code: "aborted", cause: "changed my mind" });
    expect(platform.socket.closedWith).toBe(1000);
  });
});

describe("a live stream", () => {
  it("sends media in order and splits messages that exceed the gateway's limit", async () => {
    await goLive();
    platform.lastEngine.gives("a".repeat(1_500));
    platform.lastEngine.gives("b");
    await pass(0);
    expect(platform.socket.media).toEqual(["a".repeat(1_000), "a".repeat(500), "b"]);
    expect(live.stats.sentBytes).toBe(1_501);
  });

  it("reports its statistics every second", async () => {
    await goLive();
    for (let second = 1; second <= 5; second++) {
      platform.lastEngine.encodedFrames = second * 25;
      platform.socket.says({ ...PROGRESS, acceptedBytes: second });
      await pass(1_000);
    }
    const progress = events.filter(({ type }) => type === "progress");
    expect(progress).toHaveLength(5);
    expect(live.stats).toMatchObject({
      liveMs: 5_000,
      acceptedBytes: 5,
      encodedFrames: 125,
      framesPerSecond: 25,
      width: 1280,
      reconnects: 0,
      server: { acceptedBytes: 5, speed: 1.01 },
    });
    expect(live.stats).not.toBe(live.stats);
  });

  it("ends gracefully: recorded media, then stop, then the gateway's confirmation", async () => {
    await goLive();
    const stopped = live.stop();
    expect(live.state).toBe("stopping");
    platform.lastEngine.gives("last");
    await pass(0);
    expect(platform.socket.sent).not.toContainEqual({ type: "stop" });
    platform.lastEngine.isThrough();
    await pass(0);
    expect(platform.socket.sent.slice(-2)).toEqual(["last", { type: "stop" }]);
    platform.socket.says(PROGRESS);
    platform.socket.says(ENDED);
    expect(await stopped).toEqual({ acceptedBytes: 7, outTimeMs: 40 });
    expect(live.stop()).toBe(stopped);
    expect(states()).toEqual(["live", "stopping", "ended"]);
    expect(live.error).toBeNull();
    expect(platform.socket.closedWith).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not ended without confirmation", async () => {
    await goLive();
    const stopped = reason(live.stop());
    platform.lastEngine.isThrough();
    await pass(0);
    platform.socket.breaks(1000);
    expect((await stopped).code).toBe("end-unconfirmed");
    expect(states()).toEqual(["live", "stopping", "failed"]);
    expect(failures()).toEqual([["end-unconfirmed", false]]);
  });

  it("times out when the engine does not stop or the gateway does not confirm", async () => {
    await goLive();
    const first = reason(live.stop());
    await pass(5_000);
    expect((await first).code).toBe("recorder-failed");

    await goLive();
    const second = reason(live.stop());
    platform.lastEngine.isThrough();
    await pass(30_000);
    expect((await second).code).toBe("end-unconfirmed");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends immediately when aborted, without a failure event", async () => {
    const aborting = new AbortController();
    await goLive({ signal: aborting.signal });
    aborting.abort();
    expect(live.state).toBe("failed");
    expect(live.error?.code).toBe("aborted");
    expect(platform.lastEngine.state).toBe("aborted");
    expect(platform.socket.closedWith).toBe(1000);
    expect(failures()).toEqual([]);
    expect((await reason(live.stop())).code).toBe("aborted");
  });

  it("ignores its engine and its socket once it has ended", async () => {
    await goLive({ reconnect: false });
    platform.socket.says(refusal("stream-stalled", true));
    events.length = 0;
    platform.lastEngine.gives("late");
    platform.lastEngine.sink.warning("no-frames", "late");
    platform.socket.says(ENDED);
    platform.socket.breaks();
    video.unplug();
    await pass(60_000);
    expect(events).toEqual([]);
    expect(platform.socket.media).toEqual([]);
    expect(live.error?.code).toBe("stream-stalled");
  });

  it("does not affect another stream on the same page", async () => {
    await goLive();
    const [first, firstSocket] = [live, platform.socket];
    await goLive();
    firstSocket.says(refusal("not-authorized", false));
    expect(first.state).toBe("failed");
    expect(live.state).toBe("live");
  });
});
