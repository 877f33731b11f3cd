import type { OutputStatus } from "sluice-client";
import { PublishError } from "../../client/src/errors.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Broadcast } from "../src/broadcast/broadcast.js";
import { outputDetail, outputState, resumption } from "../src/text/outputs.js";
import { ScriptedPublish, type ScriptedStream } from "./doubles/live-stream.js";

const OPTIONS = { url: "ingest", streamKey: "k", source: {} as MediaStream };
const WITHIN_MS = 300;

const output = (state: OutputStatus["state"], rest: Partial<OutputStatus> = {}): OutputStatus => ({
  index: 0,
  name: "rtmp://live.example.org:1935",
  state,
  code: undefined,
  message: undefined,
  sinceMs: 0,
  restarts: 0,
  lostMs: 0,
  repeatedMs: 0,
  ...rest,
});
const away = (index = 0) =>
  output("away", { index, code: "output-failed", message: "The server refuses connections." });

let nowMs: number;
let gateway: ScriptedPublish;
let broadcast: Broadcast;
let live: ScriptedStream;
let stages: string[];

const said = () => broadcast.journal.entries.map(({ text }) => text);

async function pass(ms: number) {
  nowMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

beforeEach(async () => {
  vi.useFakeTimers();
  nowMs = 1_000;
  gateway = new ScriptedPublish();
  broadcast = new Broadcast(() => nowMs, WITHIN_MS);
  stages = [];
  broadcast.addEventListener("change", () => {
    if (stages.at(-1) !== broadcast.stage) {
      stages.push(broadcast.stage);
    }
  });
  void broadcast.start(gateway.publish, OPTIONS);
  live = gateway.accepts();
  await pass(0);
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a broadcast whose outputs are reported", () => {
  it("is live once the first of them is", async () => {
    live.emits("output", output("connecting"));
    live.emits("output", output("connecting", { index: 1 }));
    await pass(2_000);
    expect(stages).toEqual(["connecting"]);
    expect(broadcast.onAirMs).toBe(0);
    live.emits("output", output("live", { index: 1 }));
    expect(stages).toEqual(["connecting", "live"]);
    await pass(1_000);
    expect(broadcast.onAirMs).toBe(1_000);
    expect(said()).toEqual(["Live."]);
  });

  it("is never called live if the first of them refuses", async () => {
    live.emits("output", output("connecting"));
    await pass(WITHIN_MS + 100);
    live.emits("output", output("failed", { message: "The stream key is wrong." }));
    live.becomes("failed", new PublishError("output-failed", "Refused.", undefined, false));
    expect(stages).toEqual(["connecting", "failed"]);
    expect(said()).toEqual(["rtmp://live.example.org:1935 has failed: The stream key is wrong."]);
  });

  it("can be stopped while the first of them is connecting", async () => {
    live.emits("output", output("connecting"));
    const stopped = broadcast.stop();
    live.confirms({ acceptedBytes: 7, outTimeMs: 5_000 });
    await stopped;
    await pass(1_000);
    expect(stages).toEqual(["connecting", "stopping", "ended"]);
  });

  it("says what happens to each, and when nothing arrives anywhere", () => {
    live.emits("output", output("live"));
    live.emits("output", output("live", { index: 1, name: "rtmp://b" }));
    live.emits("output", away());
    expect(broadcast.isCutOff).toBe(false);
    live.emits("output", output("failed", { index: 1, name: "rtmp://b", message: "Key refused." }));
    expect(broadcast.isCutOff).toBe(true);
    live.emits("output", output("connecting"));
    expect(broadcast.isCutOff).toBe(true);
    expect(broadcast.stage).toBe("live");
    live.emits("output", away());
    live.emits("output", output("live", { restarts: 1 }));
    expect(broadcast.isCutOff).toBe(false);
    expect(said()).toEqual([
      "Live.",
      "rtmp://live.example.org:1935 is away. The server tries again. The server refuses connections.",
      "rtmp://b has failed: Key refused.",
      "rtmp://live.example.org:1935 is away. The server tries again. The server refuses connections.",
      "rtmp://live.example.org:1935 is live again.",
    ]);
  });

  it("counts since when an output is away", async () => {
    live.emits("output", output("live"));
    await pass(5_000);
    live.emits("output", { ...away(), sinceMs: 1_200 });
    await pass(10_000);
    const [first] = broadcast.outputs.all;
    expect(nowMs - first!.sinceAtMs).toBe(11_200);
    expect(outputState(first!, 11_200)).toBe("Away for 0:11");
  });

  it("stays live when its connection is continued, and says that nothing was lost", async () => {
    live.emits("output", output("live"));
    await pass(5_000);
    live.becomes("reconnecting");
    await pass(2_000);
    live.becomes("live");
    live.emits("resumed", { mode: "exact", awayMs: 2_000, resentBytes: 10, lostGroups: 0 });
    expect(said()).toEqual([
      "Live.",
      "Live again after 2 seconds.",
      "Nothing was lost: the recording continues.",
    ]);
  });
});

describe("a broadcast whose outputs are not reported", () => {
  it("is live after a moment", async () => {
    await pass(WITHIN_MS - 1);
    expect(stages).toEqual(["connecting"]);
    await pass(1);
    expect(stages).toEqual(["connecting", "live"]);
    expect(broadcast.outputs.all).toEqual([]);
  });
});

describe("an output", () => {
  it("is described in words", () => {
    expect(outputState(output("connecting"), 5_000)).toBe("Connecting");
    expect(outputState(output("live"), 5_000)).toBe("Live");
    expect(outputState(output("failed"), 5_000)).toBe("Failed");
    expect(outputDetail(output("live", { restarts: 2 }))).toContain("2 times");
    expect(outputDetail(away())).toBe("The server tries again. The server refuses connections.");
    expect(outputDetail(output("failed", { message: "Key refused." }))).toBe("Key refused.");
    expect(outputDetail(output("failed"))).toBe("The server does not try again.");
  });
});

describe("a continued recording", () => {
  it("is described in words", () => {
    const common = { awayMs: 1, resentBytes: 1 };
    expect(resumption({ ...common, mode: "exact", lostGroups: 2 })).toBe(
      "The oldest 2 parts could not be kept: the recording continues.",
    );
    expect(resumption({ ...common, mode: "restart", lostGroups: 0 })).toContain("short cut");
  });
});
