import { describe, expect, it } from "vitest";
import { bitRates } from "../src/bitrate.js";

describe("bit rates", () => {
  const hd = { width: 1280, height: 720, frameRate: 30 };

  it("follow the video's size, within bounds", () => {
    expect(bitRates({ video: hd, audio: {} })).toEqual({ video: 2_500_000, audio: 128_000 });
    expect(bitRates({ video: { width: 3840, height: 2160, frameRate: 60 } }).video).toBe(6_000_000);
    expect(bitRates({ video: { width: 160, height: 120, frameRate: 5 } }).video).toBe(300_000);
    expect(bitRates({ video: {} }).video).toBe(2_500_000);
    expect(bitRates({ video: { width: 1280, height: 720, frameRate: 0 } }).video).toBe(2_500_000);
    expect(bitRates({ audio: {} })).toEqual({ video: 0, audio: 128_000 });
  });

  it("are the requested ones, below the gateway's limit", () => {
    const wished = { video: 9_000_000, audio: 64_000 };
    expect(bitRates({ video: hd, audio: {} }, wished)).toEqual(wished);
    expect(bitRates({ video: hd, audio: {} }, wished, 5_000_000)).toEqual({
      video: 4_436_000,
      audio: 64_000,
    });
  });

  it("leave room for overshoot, and reduce audio last", () => {
    const { video, audio } = bitRates({ video: hd, audio: {} }, {}, 1_000_000);
    expect([video, audio]).toEqual([772_000, 128_000]);
    const tight = bitRates({ video: hd, audio: {} }, {}, 200_000);
    expect(tight.audio).toBeGreaterThanOrEqual(24_000);
    expect(tight.video + tight.audio).toBeLessThanOrEqual(180_000);
    expect(bitRates({ audio: {} }, {}, 64_000).audio).toBe(57_600);
  });
});
