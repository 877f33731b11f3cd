import type { Target } from "../types.js";

/**
 * How a bit rate is best spent. Down to two fifths of the full rate the picture only gets coarser; below that fewer
 * frames look better than worse ones, and below that a smaller picture. Each step of size begins with a key frame, so
 * sizes come last and are few.
 */
const STEPS = [
  { share: 0.4, frames: 1, scale: 1 },
  { share: 0.22, frames: 0.5, scale: 1 },
  { share: 0.12, frames: 0.5, scale: 2 / 3 },
  { share: 0, frames: 0.5, scale: 0.5 },
];

const LEAST_FRAME_RATE = 15;

/** A step up is taken a little later than the same step down, or the picture would flicker between the two. */
const HYSTERESIS = 1.2;

const stepFor = (share: number) => STEPS.findIndex((step) => share >= step.share);

/**
 * @param videoBitsPerSecond what there is to spend
 * @param full what is asked of the encoder when nothing is in the way
 * @param current what is asked of it now
 */
export function ladder(videoBitsPerSecond: number, full: Target, current: Target): Target {
  const share = videoBitsPerSecond / full.videoBitsPerSecond;
  const now = STEPS.findIndex(
    (step) => step.scale * full.scale === current.scale && rate(step, full) === current.frameRate,
  );
  const wanted = stepFor(share);
  const index = wanted < now ? Math.min(now, stepFor(share / HYSTERESIS)) : wanted;
  const step = STEPS[index] ?? STEPS[0]!;
  return { videoBitsPerSecond, frameRate: rate(step, full), scale: step.scale * full.scale };
}

function rate({ frames }: { frames: number }, { frameRate }: Target): number {
  return Math.min(frameRate, Math.max(LEAST_FRAME_RATE, Math.round(frameRate * frames)));
}
