import { PublishError } from "../../client/src/errors.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Broadcast } from "../src/broadcast/broadcast.js";
import { STATS, ScriptedPublish, type ScriptedStream } from "./doubles/live-stream.js";

const OPTIONS = { url: "ingest", streamKey: "k", source: {} as MediaStream };
const broken = () => new PublishError("connection-lost", "The connection broke.");

describe("a broadcast", () => {
  let nowMs: number;
  let gateway: ScriptedPublish;
  let broadcast: Broadcast;
  let stages: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    nowMs = 1_000;
    gateway = new ScriptedPublish();
    broadcast = new Broadcast(() => nowMs);
    stages = [];
    broadcast.addEventListener("change", () => {
      if (stages.at(-1) !== broadcast.stage) {
        stages.push(broadcast.stage);
      }
    });
    void broadcast.start(gateway.publish, OPTIONS);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const said = () => broadcast.journal.entries.map(({ text }) => text);

  async function goLive(): Promise<ScriptedStream> {
    const live = gateway.accepts();
    await vi.advanceTimersByTimeAsync(0);
    return live;
  }

  async function pass(ms: number) {
    nowMs += ms;
    await vi.advanceTimersByTimeAsync(ms);
  }

  it("connects, goes live, finishes and ends", async () => {
    const live = await goLive();
    nowMs += 5_000;
    const stopped = broadcast.stop();
    live.confirms({ acceptedBytes: 7, outTimeMs: 5_000 });
    await stopped;
    expect(stages).toEqual(["live", "stopping", "ended"]);
    expect(broadcast.ended?.acceptedBytes).toBe(7);
    nowMs += 60_000;
    expect(broadcast.onAirMs).toBe(5_000);
    expect(broadcast.failure).toBeNull();
  });

  it("reports why it was refused", async () => {
    gateway.refuses(new PublishError("stream-key-in-use", "Taken.", undefined, false));
    await vi.advanceTimersByTimeAsync(0);
    expect(broadcast.stage).toBe("failed");
    expect(broadcast.failure?.code).toBe("stream-key-in-use");
  });

  it("can be cancelled while connecting, which is not a failure", async () => {
    await broadcast.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(gateway.asked?.signal?.aborted).toBe(true);
    expect(stages).toEqual(["cancelled"]);
    expect(broadcast.failure).toBeNull();
  });

  it("reports why and how long it reconnects, until it is live again", async () => {
    const live = await goLive();
    await pass(10_000);
    live.emits("failure", { error: broken(), willReconnect: true });
    live.becomes("reconnecting");
    await pass(4_000);
    expect(broadcast.lostForMs).toBe(4_000);
    expect(broadcast.failure?.code).toBe("connection-lost");
    expect(broadcast.history.samples.filter(({ delayMs }) => delayMs === undefined)).toHaveLength(
      4,
    );
    live.becomes("live");
    expect(broadcast.failure).toBeNull();
    expect(broadcast.onAirMs).toBe(14_000);
    expect(said()).toEqual([
      "Live.",
      "The connection to the server was lost.",
      "Live again after 4 seconds.",
    ]);
    await pass(10_000);
    expect(broadcast.history.samples).toHaveLength(4);
  });

  it("keeps the reason when it gives up", async () => {
    const live = await goLive();
    live.becomes("reconnecting");
    const reason = broken();
    live.becomes("failed", reason);
    expect(stages.at(-1)).toBe("failed");
    expect(broadcast.failure).toBe(reason);
  });

  it("fails when the end was not confirmed", async () => {
    const live = await goLive();
    const stopped = broadcast.stop();
    live.denies(new PublishError("end-unconfirmed", "Not confirmed."));
    await stopped;
    expect(stages.at(-1)).toBe("failed");
    expect(broadcast.failure?.code).toBe("end-unconfirmed");
  });

  it("logs adaptations, draining and warnings as text", async () => {
    const live = await goLive();
    const low = { videoBitsPerSecond: 600_000, frameRate: 15, scale: 0.5 };
    const none = { droppedGroups: 0, droppedFrames: 0, reason: "" };
    live.emits("adaptation", { ...none, change: "lowered", target: low });
    live.emits("adaptation", {
      change: "dropped",
      target: low,
      droppedGroups: 1,
      droppedFrames: 60,
      reason: "",
    });
    live.emits("draining", { endsInMs: 30_000 });
    live.emits("adaptation", { ...none, change: "raised", target: STATS.target });
    live.emits("warning", { code: "microphone-muted", message: "The microphone is muted." });
    expect(said().slice(1)).toEqual([
      "Your connection is slow: video quality was lowered to 600 kbit/s, 15 fps, 50 % of full size.",
      "Your connection was too slow: 60 frames were dropped to stay live.",
      "The server is about to restart. Your stream continues for 30 seconds and then reconnects; " +
        "if you can, finish before that.",
      "Your connection has recovered: video quality was raised to 2.50 Mbit/s, 30 fps.",
      "The microphone is muted.",
    ]);
  });

  it("keeps the last minute, and where groups were dropped", async () => {
    const live = await goLive();
    for (let second = 0; second < 100; second++) {
      nowMs += 1_000;
      const droppedGroups = second >= 90 ? 3 : 0;
      live.emits("progress", { stats: { ...STATS, droppedGroups } });
    }
    const { samples } = broadcast.history;
    expect(samples).toHaveLength(61);
    expect(samples.filter(({ dropped }) => dropped)).toHaveLength(1);
  });

  it("keeps a bounded journal without repetitions", async () => {
    await goLive();
    for (let i = 0; i < 200; i++) {
      broadcast.note("info", `thing ${i}`);
      broadcast.note("info", `thing ${i}`);
    }
    expect(said()).toHaveLength(50);
    expect(said().at(-1)).toBe("thing 199");
  });
});
