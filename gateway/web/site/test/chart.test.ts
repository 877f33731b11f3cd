import { describe, expect, it } from "vitest";
import { describeSeries, linePath, marksPath, roundUp } from "../src/view/chart.js";

const FRAME = { nowMs: 60_000, windowMs: 60_000, top: 100 };

describe("a chart", () => {
  it("runs from a minute ago, left, to now, right", () => {
    const points = [
      { atMs: 0, value: 0 },
      { atMs: 30_000, value: 50 },
      { atMs: 60_000, value: 100 },
    ];
    expect(linePath(points, FRAME)).toBe("M0 80L150 40L300 0");
  });

  it("interrupts its line at unknown values, and clips values above its scale", () => {
    const points = [
      { atMs: 0, value: 900 },
      { atMs: 30_000, value: undefined },
      { atMs: 60_000, value: 0 },
    ];
    expect(linePath(points, FRAME)).toBe("M0 0M300 80");
  });

  it("marks times", () => {
    expect(marksPath([30_000], FRAME)).toBe("M150 0V80");
  });

  it("has a round scale", () => {
    expect([0, 0.9, 1, 1.1, 2_600_000, 9.5].map(roundUp)).toEqual([1, 1, 1, 1.5, 3_000_000, 10]);
  });

  it("is described as text", () => {
    const points = [3, undefined, 9, 5].map((value, atMs) => ({ atMs, value }));
    expect(describeSeries("Delay", points, (value) => `${value} ms`)).toBe(
      "Delay over the last minute: now 5 ms, lowest 3 ms, highest 9 ms.",
    );
    expect(describeSeries("Delay", [], String)).toContain("no data");
  });
});
