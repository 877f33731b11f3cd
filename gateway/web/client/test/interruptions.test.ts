import { describe, expect, it, vi } from "vitest";
import { camera, screen } from "./doubles/browser.js";
import {
  ENDED,
  PROGRESS,
  audio,
  events,
  failures,
  goLive,
  live,
  liveAgain,
  pass,
  platform,
  refusal,
  useVideo,
  video,
  warnings,
} from "./doubles/publishing.js";

describe("interruptions", () => {
  it.each([
    ["camera-lost", camera],
    ["screen-share-ended", screen],
  ])("delivers what was recorded before the end: %s", async (code, track) => {
    useVideo(track());
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
