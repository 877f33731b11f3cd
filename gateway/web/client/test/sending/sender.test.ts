import { describe, expect, it } from "vitest";
import { Simulation } from "./simulation.js";

const GOOD = 100_000_000;
const THIRD = 850_000;

/** Counts frames that arrived without the frame before them, back to a key frame. */
function holes(simulation: Simulation): number {
  let previousMs: number | undefined;
  let count = 0;
  for (const { kind, key, capturedAtMs } of simulation.arrived) {
    if (kind !== "video") {
      continue;
    }
    const isNext = previousMs !== undefined && capturedAtMs - previousMs < 120;
    count += key || isNext ? 0 : 1;
    previousMs = capturedAtMs;
  }
  return count;
}

const most = (numbers: number[]) => Math.max(0, ...numbers);

describe("a sender on a good network", () => {
  it("sends everything immediately and does not lower the target", async () => {
    const simulation = new Simulation({});
    await simulation.run(20_000);
    expect(simulation.adaptations).toEqual([]);
    expect(most(simulation.samples.map(({ queuedMs }) => queuedMs))).toBe(0);
    expect(simulation.arrived.filter(({ kind }) => kind === "video")).toHaveLength(600);
  });

  it("is not slowed down by reports once a second", async () => {
    const simulation = new Simulation({ reportEveryMs: 1_000 });
    await simulation.run(20_000);
    expect(simulation.adaptations).toEqual([]);
    expect(most(simulation.samples.map(({ arrivingMs }) => arrivingMs))).toBeLessThan(50);
  });

  it.each([true, false])("is not slowed down by a long round trip (adapts: %s)", async (adapts) => {
    const simulation = new Simulation({ wayMs: 700, adapts });
    await simulation.run(20_000);
    expect(simulation.adaptations).toEqual([]);
    expect(most(simulation.samples.map(({ queuedMs }) => queuedMs))).toBeLessThan(400);
  });

  it("is not slowed down by two reports at the same time", async () => {
    const simulation = new Simulation({ wayMs: 100, reportsTogether: 2 });
    await simulation.run(20_000);
    expect(simulation.adaptations).toEqual([]);
    expect(most(simulation.last(15_000).map(({ queuedMs }) => queuedMs))).toBeLessThan(150);
  });
});

describe.each([
  { reportEveryMs: 250, staysBelowMs: 3_000 },
  { reportEveryMs: 1_000, staysBelowMs: 4_500 },
])("a sender whose network falls to a third, with a report every $reportEveryMs ms", (options) => {
  it("lowers the target within two seconds, and the video stays live", async () => {
    const simulation = new Simulation(options);
    await simulation.run(5_000);
    simulation.network.bitsPerSecond = THIRD;
    await simulation.run(20_000);
    expect(simulation.adaptations[0]).toMatchObject({ change: "lowered" });
    expect(simulation.adaptations[0]?.atMs).toBeLessThanOrEqual(7_000);
    expect(most(simulation.samples.map(({ queuedMs }) => queuedMs))).toBeLessThanOrEqual(2_000);
    expect(most(simulation.samples.map(({ arrivingMs }) => arrivingMs))).toBeLessThan(
      options.staysBelowMs,
    );
    // Settled: the target fits the network, and the backlog is gone.
    expect(most(simulation.last(5_000).map(({ arrivingMs }) => arrivingMs))).toBeLessThan(1_000);
    expect(
      most(simulation.last(5_000).map(({ target }) => target.videoBitsPerSecond)),
    ).toBeLessThan(1.3 * THIRD);
    expect(holes(simulation)).toBe(0);
  });

  it("raises the target when the network recovers", async () => {
    const simulation = new Simulation(options);
    await simulation.run(5_000);
    simulation.network.bitsPerSecond = THIRD;
    await simulation.run(15_000);
    simulation.network.bitsPerSecond = GOOD;
    await simulation.run(25_000);
    expect(simulation.samples.at(-1)?.target).toEqual(simulation.full);
    expect(most(simulation.last(5_000).map(({ arrivingMs }) => arrivingMs))).toBeLessThan(50);
    expect(simulation.adaptations.some(({ change }) => change === "raised")).toBe(true);
  });
});

describe("a sender whose network stalls", () => {
  it("drops, keeps its queue within the limit, and resumes with a key frame", async () => {
    const simulation = new Simulation({});
    await simulation.run(5_000);
    simulation.network.bitsPerSecond = 0;
    await simulation.run(20_000);
    expect(most(simulation.samples.map(({ queuedMs }) => queuedMs))).toBeLessThanOrEqual(2_000);
    expect(simulation.adaptations.some(({ change }) => change === "dropped")).toBe(true);
    const dropped = simulation.sender.stats;
    expect(dropped.droppedGroups).toBeGreaterThan(0);
    expect(dropped.queuedBytes).toBeLessThan(1_000_000);
    simulation.network.bitsPerSecond = GOOD;
    await simulation.run(3_000);
    expect(simulation.paused).toBe(false);
    expect(holes(simulation)).toBe(0);
    expect(simulation.samples.at(-1)?.arrivingMs).toBeLessThan(100);
  });

  it("only drops, where the engine cannot adapt", async () => {
    const simulation = new Simulation({ adapts: false });
    await simulation.run(5_000);
    simulation.network.bitsPerSecond = THIRD;
    await simulation.run(20_000);
    expect(new Set(simulation.adaptations.map(({ change }) => change))).toEqual(
      new Set(["dropped"]),
    );
    expect(simulation.sender.stats.target).toEqual(simulation.full);
    expect(most(simulation.samples.map(({ queuedMs }) => queuedMs))).toBeLessThanOrEqual(2_000);
    expect(holes(simulation)).toBe(0);
  });
});

describe("a sender at the end of a stream", () => {
  it("sends everything that is queued, however slow the network", async () => {
    const simulation = new Simulation({});
    await simulation.run(3_000);
    simulation.network.bitsPerSecond = 0;
    await simulation.run(1_500);
    expect(simulation.sender.stats.queuedMs).toBeGreaterThan(500);
    await simulation.sender.drained();
    expect(simulation.sender.stats.queuedMs).toBe(0);
  });

  it("discards its queue when closed", async () => {
    const simulation = new Simulation({});
    await simulation.run(3_000);
    simulation.network.bitsPerSecond = 0;
    await simulation.run(1_500);
    simulation.sender.close();
    await simulation.sender.drained();
    expect(simulation.sender.stats.queuedMs).toBe(0);
    expect(simulation.arrived.length).toBeGreaterThan(0);
  });
});
