import { describe, expect, it } from "vitest";
import { AudioTimeline } from "../../src/webcodecs/audio-timeline.js";

const FRAMES = 480;

/** Audio in blocks of 480 samples, `ms` apart. */
function play(timeline: AudioTimeline, stretches: number, fromMs: number, ms = 10): number {
  let atMs = fromMs;
  for (let index = 0; index < stretches; index++, atMs += ms) {
    expect(timeline.place(atMs, FRAMES)).toEqual({ action: "encode" });
    timeline.advance(FRAMES);
  }
  return atMs;
}

describe("an audio timeline", () => {
  it("places samples where they were captured", () => {
    const timeline = new AudioTimeline(48_000);
    play(timeline, 100, 5_000);
    expect(timeline.endMs).toBeCloseTo(6_000, 6);
    expect(timeline.toPageTime(500)).toBeCloseTo(5_500, 6);
    expect(timeline.frames).toBe(48_000);
  });

  it.each([9.999, 10.001])(
    "follows the drift of a sound card: a block every %d ms for a quarter of an hour",
    (ms) => {
      const timeline = new AudioTimeline(48_000);
      const endMs = play(timeline, 90_000, 0, ms);
      expect(Math.abs((timeline.endMs ?? 0) - endMs)).toBeLessThan(5);
    },
  );

  it("fills a gap with silence", () => {
    const timeline = new AudioTimeline(48_000);
    play(timeline, 10, 0);
    expect(timeline.place(600, FRAMES)).toEqual({ action: "fill-then-encode", frames: 24_000 });
    timeline.advance(24_000 + FRAMES);
    expect(timeline.endMs).toBeCloseTo(610, 6);
  });

  it("stays a fifth of a second behind without audio, however seldom it is checked", () => {
    const timeline = new AudioTimeline(48_000);
    expect(timeline.missingFrames(0, 400)).toBe(0);
    play(timeline, 10, 0);
    expect(timeline.missingFrames(499, 400)).toBe(0);
    for (let nowMs = 500; nowMs < 60_000; nowMs += 1_000) {
      timeline.advance(timeline.missingFrames(nowMs, 400));
      expect(nowMs - (timeline.endMs ?? 0)).toBeCloseTo(200, 6);
    }
  });

  it("fills five seconds at a time", () => {
    const timeline = new AudioTimeline(48_000);
    play(timeline, 10, 0);
    expect(timeline.missingFrames(60_000, 400)).toBe(240_000);
  });

  it("drops what was already filled", () => {
    const timeline = new AudioTimeline(48_000);
    play(timeline, 10, 0);
    timeline.advance(24_000);
    expect(timeline.place(110, FRAMES)).toEqual({ action: "drop" });
  });

  it("does not fill the hours of a sleep", () => {
    const timeline = new AudioTimeline(48_000);
    play(timeline, 10, 0);
    expect(timeline.place(3_600_000, FRAMES)).toEqual({ action: "encode" });
    timeline.advance(FRAMES);
    expect(timeline.endMs).toBeCloseTo(3_600_010, 6);
  });
});
