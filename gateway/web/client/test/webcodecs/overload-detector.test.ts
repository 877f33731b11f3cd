import { expect, it } from "vitest";
import { OverloadDetector } from "../../src/webcodecs/overload-detector.js";

/** Four updates a second for an encoder that drops a share of 30 frames per second. */
function said(share: number, seconds: number): number[] {
  const detector = new OverloadDetector();
  const at: number[] = [];
  for (let nowMs = 0; nowMs <= seconds * 1_000; nowMs += 250) {
    const frames = (30 * nowMs) / 1_000;
    if (detector.update(nowMs, frames * (1 - share), frames * share)) {
      at.push(nowMs);
    }
  }
  return at;
}

it("does not warn about an encoder that keeps up, or nearly", () => {
  expect(said(0, 120)).toEqual([]);
  expect(said(0.05, 120)).toEqual([]);
});

it("warns early, then rarely", () => {
  expect(said(0.3, 70)).toEqual([5_000, 35_000, 65_000]);
});
