import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PublishError } from "../src/errors.js";
import { Publication } from "../src/publication.js";
import type { LiveStreamEvents, PublishOptions } from "../src/types.js";
import {
  ScriptedPlatform,
  ScriptedTrack,
  camera,
  microphone,
  screen,
  streamOf,
} from "./doubles/browser.js";

const OPENED = {
  type: "opened",
  sessionId: "s-1",
  mimeType: "video/b",
  video: "copy",
  audio: "transcode",
  timesliceMs: 200,
  keyFrameIntervalMs: 1_500,
  maxBitsPerSecond: 1_000_000,
  maxMessageBytes: 1_000,
};
const PROGRESS = { type: "progress", acceptedBytes: 1, speed: 1.01 };
const ENDED = { type: "ended", acceptedBytes: 7, outTimeMs: 40 };
const refusal = (code: string, retryable: boolean) => ({
  type: "failed",
  code,
  message: "Words.",
  retryable,
});

type Recorded = {
  [K in keyof LiveStreamEvents]: { type: K; detail: LiveStreamEvents[K]["detail"] };
}[keyof LiveStreamEvents];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

let video: ScriptedTrack;
let audio: ScriptedTrack;
let platform: ScriptedPlatform;
let live: Publication;
let events: Recorded[];

beforeEach(() => {
  video = camera();
  audio = microphone();
  platform = new ScriptedPlatform();
  events = [];
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const states = () => events.flatMap((e) => (e.type === "state" ? [e.detail.state] : []));
const failures = () =>
  events.flatMap((e) =>
    e.type === "failure" ? [[e.detail.error.code, e.detail.willReconnect]] : [],
  );
const warnings = () => events.flatMap((e) => (e.type === "warning" ? [e.detail.code] : []));
const reason = (promise: Promise<unknown>): Promise<PublishError> =>
  promise.then(
    () => expect.fail("it should have been rejected"),
    (error: PublishError) => error,
  );

function create(options: Partial<PublishOptions> = {}): Publication {
  live = new Publication(
    {
      url: "/ingest",
      streamKey: "a?b=c",
      token: "aaa.bbb.ccc",
      source: streamOf(video, audio),
      ...options,
    },
    platform,
  );
  const types = ["state", "progress", "adaptation", "failure", "warning", "draining"] as const;
  for (const type of types) {
    live.addEventListener(type, (event) =>
      events.push({ type, detail: event.detail } as unknown as Recorded),
    );
  }
  return live;
}

/** As far as `open` has been sent. */
async function connect(options?: Partial<PublishOptions>) {
  const started = create(options).start();
  started.catch(() => {});
  await pass(0);
  platform.socket.onopen();
  return started;
}

async function goLive(options?: Partial<PublishOptions>) {
  const started = create(options).start();
  await pass(0);
  platform.socket.onopen();
  platform.socket.says(OPENED);
  await started;
  await pass(0);
}

/** Answers what a reconnecting stream does next. */
async function liveAgain(afterMs: number) {
  await pass(afterMs);
  platform.socket.onopen();
  platform.socket.says(OPENED);
}

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
  ])("takes a close with %i %s for %s", async (code, words, expected, retryable) => {
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

describe("interruptions", () => {
  it.each([
    ["camera-lost", camera],
    ["screen-share-ended", screen],
  ])("delivers what was recorded before the end: %s", async (code, track) => {
    video = track();
    await goLive();
    video.unplug();
    platform.lastEngine.gives("rest");
    platform.lastEngine.isThrough();
    await pass(0);
    expect(platform.socket.sent.slice(-2)).toEqual(["rest", { type: "stop" }]);
    platform.socket.says(ENDED);
    expect(failures()).toEqual([[code, false]]);
    expect(live.error?.code).toBe(code);
    expect(await live.stop()).toMatchObject({ acceptedBytes: 7 });
  });

  it("detects a track that the page itself stopped, which fires no event", async () => {
    await goLive();
    audio.readyState = "ended";
    await pass(1_000);
    expect(live.state).toBe("stopping");
    platform.lastEngine.isThrough();
    await pass(0);
    platform.socket.says(ENDED);
    expect(live.error?.code).toBe("microphone-lost");
  });

  it("continues with muted tracks and in a hidden page, with warnings", async () => {
    await goLive();
    video.mute();
    audio.mute();
    platform.page.hide();
    expect(warnings()).toEqual(["camera-muted", "microphone-muted", "page-hidden"]);
    expect(live.state).toBe("live");
  });

  it("announces that the gateway is about to shut down, and continues", async () => {
    await goLive();
    platform.socket.says({ type: "draining", endsInMs: 30_000 });
    expect(events.filter(({ type }) => type === "draining")).toEqual([
      { type: "draining", detail: { endsInMs: 30_000 } },
    ]);
    expect(live.state).toBe("live");
    platform.socket.says(refusal("shutting-down", true));
    expect(live.state).toBe("reconnecting");
  });

  it("reports what is impaired from the start", async () => {
    audio.muted = true;
    platform.page.document.hidden = true;
    await goLive();
    expect(warnings()).toEqual(["microphone-muted", "page-hidden"]);
  });

  it("reconnects after a sleep", async () => {
    await goLive();
    platform.sleptMs = 3_600_000;
    await pass(1_000);
    expect(warnings()).toEqual(["slept"]);
    expect(failures()).toEqual([["slept", true]]);
    expect(platform.engines[0]?.state).toBe("aborted");
    await liveAgain(250);
    expect(live.state).toBe("live");
  });

  it("does not mistake late timers of a hidden page for a sleep", async () => {
    await goLive();
    for (let second = 0; second < 60; second++) {
      platform.sleptMs += 1_000;
      platform.socket.says(PROGRESS);
    }
    await pass(1_000);
    expect(live.state).toBe("live");
  });

  it("releases everything when the page is closed", async () => {
    await goLive();
    platform.page.window.dispatchEvent(new Event("pagehide"));
    expect(platform.socket.closedWith).toBe(1000);
    expect(live.error?.code).toBe("page-left");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("reconnecting", () => {
  it("starts a new recording on a new connection, and stops the previous one", async () => {
    await goLive();
    platform.lastEngine.gives("old");
    await pass(0);
    platform.socket.breaks();
    expect(failures()).toEqual([["connection-lost", true]]);
    expect(platform.engines[0]?.state).toBe("aborted");
    await liveAgain(250);
    platform.engines[0]?.gives("too late");
    platform.lastEngine.gives("new");
    await pass(0);
    expect(platform.engines).toHaveLength(2);
    expect(platform.socket.sent[0]).toMatchObject({ type: "open", streamKey: "a?b=c" });
    expect(platform.socket.media).toEqual(["new"]);
    expect(states()).toEqual(["live", "reconnecting", "live"]);
    expect(live.stats).toMatchObject({ reconnects: 1, sentBytes: 3 });
  });

  it("detects a connection that drops all packets", async () => {
    await goLive();
    platform.socket.says(PROGRESS);
    await pass(9_999);
    expect(live.state).toBe("live");
    await pass(1);
    expect(live.state).toBe("reconnecting");
  });

  it("doubles its delays up to fifteen seconds, and finally gives up", async () => {
    await goLive({ reconnect: { giveUpAfterMs: 60_000 } });
    platform.socket.breaks();
    const pauses: number[] = [];
    while (live.state === "reconnecting") {
      const before = platform.sockets.length;
      let waited = 0;
      while (platform.sockets.length === before) {
        await pass(50);
        waited += 50;
      }
      pauses.push(waited);
      platform.socket.breaks();
    }
    expect(pauses).toEqual([
      250, 500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500, 7_500, 7_500, 7_500,
    ]);
    expect(live.error?.code).toBe("gateway-unreachable");
    expect(failures().at(-1)).toEqual(["gateway-unreachable", false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits as long as the gateway asks, plus its own delay", async () => {
    await goLive();
    platform.socket.says({ ...refusal("gateway-full", true), retryAfterMs: 30_000 });
    expect(live.state).toBe("reconnecting");
    await pass(30_000);
    expect(platform.sockets).toHaveLength(1);
    await liveAgain(250);
  });

  it("gives up immediately when the gateway asks for a longer wait than the limit", async () => {
    await goLive({ reconnect: { giveUpAfterMs: 10_000 } });
    platform.socket.says({ ...refusal("gateway-full", true), retryAfterMs: 30_000 });
    expect(live.state).toBe("failed");
    expect(live.error).toMatchObject({ code: "gateway-full", retryAfterMs: 30_000 });
  });

  it("keeps increasing the delay while connections are lost early, until one lasts", async () => {
    await goLive();
    platform.socket.says(refusal("ffmpeg-failed", true));
    await liveAgain(250);
    platform.socket.says(refusal("ffmpeg-failed", true));
    await pass(250);
    expect(platform.sockets).toHaveLength(2);
    await liveAgain(250);
    for (let second = 0; second < 11; second++) {
      platform.socket.says(PROGRESS);
      await pass(1_000);
    }
    platform.socket.says(refusal("ffmpeg-failed", true));
    await pass(250);
    expect(platform.sockets).toHaveLength(4);
  });

  it("does not retry what cannot succeed", async () => {
    await goLive();
    platform.socket.says(refusal("not-authorized", false));
    expect(failures()).toEqual([["not-authorized", false]]);
    expect(live.state).toBe("failed");
    expect(live.error?.message).toBe("Words.");
  });

  it("waits for a key held by its own dead connection, and for no other reason", async () => {
    await goLive();
    platform.socket.says(refusal("stream-key-in-use", false));
    expect(live.state).toBe("failed");

    await goLive();
    platform.socket.breaks();
    await pass(250);
    platform.socket.onopen();
    platform.socket.says(refusal("stream-key-in-use", false));
    expect(live.state).toBe("reconnecting");
    await liveAgain(500);
    expect(live.state).toBe("live");
  });

  it("can be disabled", async () => {
    await goLive({ reconnect: false });
    platform.socket.breaks();
    expect(failures()).toEqual([["connection-lost", false]]);
    expect(live.state).toBe("failed");
  });

  it("ends when stopped: media in flight is not confirmed", async () => {
    await goLive();
    platform.socket.breaks();
    expect((await reason(live.stop())).code).toBe("end-unconfirmed");
    expect(states()).toEqual(["live", "reconnecting", "failed"]);
    await pass(60_000);
    expect(platform.sockets).toHaveLength(1);
  });

  it("can be stopped by a listener of the failure event", async () => {
    await goLive();
    live.addEventListener("failure", () => void live.stop());
    platform.socket.breaks();
    await pass(60_000);
    expect(platform.sockets).toHaveLength(1);
    expect(live.state).toBe("failed");
  });

  it("ends when the camera is lost", async () => {
    await goLive();
    platform.socket.breaks();
    video.unplug();
    expect(live.error?.code).toBe("camera-lost");
    await pass(60_000);
    expect(platform.sockets).toHaveLength(1);
  });

  it("restarts with another engine when one fails", async () => {
    await goLive();
    const { recorderFailed } = await import("../src/failures.js");
    platform.lastEngine.sink.failed(recorderFailed("the encoder crashed"));
    expect(platform.socket.closedWith).toBe(1000);
    await liveAgain(250);
    expect(platform.engines).toHaveLength(2);
    expect(live.state).toBe("live");
  });
});
