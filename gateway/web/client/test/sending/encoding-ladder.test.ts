import { describe, expect, it } from "vitest";
import { targetFor } from "../../src/sending/encoding-ladder.js";
import type { Target } from "../../src/types.js";

const full: Target = { videoBitsPerSecond: 1_000_000, frameRate: 30, scale: 1 };
const at = (videoBitsPerSecond: number, current = full) => {
  const { frameRate, scale } = targetFor(videoBitsPerSecond, full, current);
  return [frameRate, Math.round(scale * 100)];
};

describe("the ladder", () => {
  it("reduces quality first, then the frame rate, then the size", () => {
    expect(at(1_000_000)).toEqual([30, 100]);
    expect(at(400_000)).toEqual([30, 100]);
    expect(at(399_999)).toEqual([15, 100]);
    expect(at(219_999)).toEqual([15, 67]);
    expect(at(119_999)).toEqual([15, 50]);
    expect(at(1)).toEqual([15, 50]);
  });

  it("steps up slightly later than it stepped down", () => {
    const low = targetFor(399_999, full, full);
    expect(at(450_000, low)).toEqual([15, 100]);
    expect(at(480_001, low)).toEqual([30, 100]);
  });

  it("returns to the full target", () => {
    expect(targetFor(1_000_000, full, targetFor(50_000, full, full))).toEqual(full);
  });

  it("does not halve a frame rate that is already low", () => {
    const slow = { ...full, frameRate: 12 };
    expect(targetFor(50_000, slow, slow).frameRate).toBe(12);
  });
});
