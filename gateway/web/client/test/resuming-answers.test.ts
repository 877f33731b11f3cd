import { describe, expect, it } from "vitest";
import { events, failures, live, pass, platform, states, warnings } from "./doubles/publishing.js";
import {
  CHUNKS,
  HEADER,
  WEBM,
  gateway,
  given,
  goLive,
  record,
  resumptions,
} from "./doubles/resuming.js";

describe("a gateway that was started again", () => {
  it("gets the header and the recording from the last group that was accepted", async () => {
    await goLive();
    // More than a group behind.
    gateway.backlogBytes = WEBM.keys[3]! - WEBM.keys[1]!;
    await record(CHUNKS.length / 2);
    await pass(1_000);
    const groups = WEBM.keys.filter((start) => start <= gateway.session.acceptedBytes);
    const lastGroup = groups.at(-1)!;
    expect(WEBM.keys.filter((start) => start <= given.length).length).toBeGreaterThan(
      groups.length,
    );
    gateway.restarts();
    gateway.backlogBytes = 0;
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
