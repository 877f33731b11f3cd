import { describe, expect, it, vi } from "vitest";
import { WINDOW_MS } from "./doubles/gateway.js";
import {
  audio,
  failures,
  live,
  pass,
  platform,
  reason,
  states,
  video,
  warnings,
} from "./doubles/publishing.js";
import {
  WEBM,
  drops,
  gateway,
  given,
  goLive,
  record,
  recordFor,
  resumptions,
  stop,
} from "./doubles/resuming.js";

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
