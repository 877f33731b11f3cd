import { expect, it } from "vitest";
import { Slowness } from "../../src/webcodecs/overload-detector.js";

/** Four looks a second at an encoder that leaves out a share of thirty pictures a second. */
function said(share: number, seconds: number): number[] {
  const slowness = new Slowness();
  const at: number[] = [];
  for (let nowMs = 0; nowMs <= seconds * 1_000; nowMs += 250) {
    const frames = (30 * nowMs) / 1_000;
    if (slowness.look(nowMs, frames * (1 - share), frames * share)) {
      at.push(nowMs);
    }
  }
  return at;
}

it("says nothing of an encoder that keeps up, or nearly", () => {
  expect(said(0, 120)).toEqual([]);
  expect(said(0.05, 120)).toEqual([]);
});

it("says it soon, and then seldom", () => {
  expect(said(0.3, 70)).toEqual([5_000, 35_000, 65_000]);
});
