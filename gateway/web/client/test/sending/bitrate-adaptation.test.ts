import { describe, expect, it } from "vitest";
import { BitrateAdaptation } from "../../src/sending/bitrate-adaptation.js";
import type { Target } from "../../src/types.js";

const full: Target = { videoBitsPerSecond: 2_000_000, frameRate: 30, scale: 1 };

/** Four readings a second, of a network with this capacity. */
function pass(adaptation: BitrateAdaptation, fromMs: number, forMs: number, capacity: number) {
  const changes: { atMs: number; change: string; rate: number }[] = [];
  for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 250) {
    const asked = adaptation.target.videoBitsPerSecond + 100_000;
    const isTooMuch = asked > capacity;
    const change = adaptation.update({
      nowMs,
      queuedMs: isTooMuch ? 1_000 + nowMs : 0,
      extraDelayMs: isTooMuch ? 2_000 + nowMs : 0,
      throughputBitsPerSecond: Math.min(asked, capacity),
      encodedBitsPerSecond: asked,
    });
    if (change) {
      changes.push({ atMs: nowMs, change, rate: adaptation.target.videoBitsPerSecond });
    }
  }
  return changes;
}

const FAST = 100_000_000;

describe("adaptation", () => {
  it("lowers to four fifths of the throughput immediately", () => {
    const adaptation = new BitrateAdaptation(full, 100_000);
    pass(adaptation, 0, 1_000, FAST);
    expect(pass(adaptation, 1_000, 1_000, 1_000_000)).toEqual([
      { atMs: 1_000, change: "lowered", rate: 700_000 },
    ]);
  });

  it("does not keep lowering while the backlog drains", () => {
    const adaptation = new BitrateAdaptation(full, 100_000);
    pass(adaptation, 0, 2_000, 1_000_000);
    let lowered = 0;
    for (let step = 0; step < 20; step++) {
      const queuedMs = 2_000 - step * 80;
      const nowMs = 2_000 + step * 250;
      const throughputBitsPerSecond = 500_000;
      lowered += adaptation.update({
        nowMs,
        queuedMs,
        extraDelayMs: 0,
        throughputBitsPerSecond,
        encodedBitsPerSecond: undefined,
      })
        ? 1
        : 0;
    }
    expect(lowered).toBe(1);
  });

  it("raises less and less often where that failed", () => {
    const adaptation = new BitrateAdaptation(full, 100_000);
    const changes = pass(adaptation, 0, 240_000, 1_000_000);
    const cuts = changes.filter(({ change }) => change === "lowered").map(({ atMs }) => atMs);
    const pauses = cuts.slice(1).map((atMs, index) => atMs - cuts[index]!);
    expect(pauses.length).toBeGreaterThan(2);
    expect(pauses.at(-1)).toBeGreaterThan(3 * pauses[0]!);
    expect(changes.length).toBeLessThan(40);
  });

  it("raises fast once past the rate that failed before", () => {
    const adaptation = new BitrateAdaptation(full, 100_000);
    pass(adaptation, 0, 60_000, 600_000);
    pass(adaptation, 60_000, 90_000, FAST);
    expect(adaptation.target).toEqual(full);
  });

  it("stays above a minimum, with the lowest frame rate and size", () => {
    const adaptation = new BitrateAdaptation(full, 100_000);
    pass(adaptation, 0, 60_000, 10_000);
    expect(adaptation.target).toEqual({ videoBitsPerSecond: 100_000, frameRate: 15, scale: 0.5 });
  });

  it("corrects for an encoder that exceeds its target", () => {
    const adaptation = new BitrateAdaptation(full, 0);
    const reading = { queuedMs: 1_000, extraDelayMs: 0, throughputBitsPerSecond: 2_000_000 };
    adaptation.update({ ...reading, nowMs: 0, encodedBitsPerSecond: 10_000_000 });
    expect(adaptation.target).toEqual({ videoBitsPerSecond: 280_000, frameRate: 15, scale: 2 / 3 });
  });
});
