import { describe, expect, it } from "vitest";
import { TrackClock } from "../../src/webcodecs/track-clock.js";

const FRAME_MS = 1_000 / 30;
const jitter = (index: number) => [0, 7, 3, 12, 1, 5][index % 6]!;

/** Frames that are `lateMs` late and jitter, from a source whose time starts at `zero`. */
function follow(clock: TrackClock, frames: number, from: number, zero: number, lateMs = 0) {
  let timeMs = 0;
  for (let index = from; index < from + frames; index++) {
    const capturedAtMs = 1_000 + index * FRAME_MS;
    const arrivedAtMs = capturedAtMs + lateMs + jitter(index);
    timeMs = clock.toPageTime(capturedAtMs - zero, arrivedAtMs) - capturedAtMs;
  }
  return timeMs;
}

describe("a track clock", () => {
  it.each([0, -12_000_000, 12_000_000])(
    "finds the page's time, whatever the source's zero: %d",
    (zero) => {
      expect(follow(new TrackClock(), 30, 0, zero)).toBeCloseTo(0, 6);
    },
  );

  it("is isCalibrated after some time, even with a single frame", () => {
    const clock = new TrackClock();
    expect(clock.isCalibrated(0)).toBe(false);
    clock.toPageTime(0, 1_000);
    expect(clock.isCalibrated(1_299)).toBe(false);
    expect(clock.isCalibrated(1_300)).toBe(true);
  });

  it("recovers slowly from a late start", () => {
    const clock = new TrackClock();
    expect(follow(clock, 12, 0, 0, 50)).toBeCloseTo(50, 0);
    expect(follow(clock, 30, 12, 0, 0)).toBeGreaterThan(20);
    expect(follow(clock, 90, 42, 0, 0)).toBeCloseTo(0, 6);
  });

  it("is not affected by a page that was busy for a second", () => {
    const clock = new TrackClock();
    follow(clock, 30, 0, 0);
    expect(follow(clock, 30, 30, 0, 1_000)).toBeCloseTo(0, 6);
    expect(follow(clock, 90, 60, 0, 0)).toBeCloseTo(0, 6);
  });

  it("follows a source whose clock jumped", () => {
    const clock = new TrackClock();
    follow(clock, 30, 0, 0);
    follow(clock, 90, 30, 5_000);
    expect(follow(clock, 90, 120, 5_000)).toBeLessThan(13);
  });

  it("is monotonic", () => {
    const clock = new TrackClock();
    clock.toPageTime(100, 1_000);
    const before = clock.toPageTime(133, 1_033);
    expect(clock.toPageTime(120, 1_040)).toBe(before);
  });
});
