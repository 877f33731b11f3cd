import { describe, expect, it, vi } from "vitest";
import {
  PROGRESS,
  failures,
  goLive,
  live,
  liveAgain,
  pass,
  platform,
  reason,
  refusal,
  states,
  video,
} from "./doubles/publishing.js";

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

  it.each(["not-authorized", "output-failed"])(
    "does not retry %s that cannot succeed",
    async (code) => {
      await goLive();
      platform.socket.says(refusal(code, false));
      expect(failures()).toEqual([[code, false]]);
      expect(live.state).toBe("failed");
      expect(live.error?.message).toBe("Words.");
    },
  );

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
