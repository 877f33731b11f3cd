import type { Target } from "../types.js";

/**
 * How to spend a bit rate. Down to 40 % of the full rate only quality is reduced; below that, fewer
 * frames look better than worse ones; below that, the video gets smaller. Each change of size
 * starts with a key frame, so these steps come last and are few.
 */
const STEPS = [
  { share: 0.4, frames: 1, scale: 1 },
  { share: 0.22, frames: 0.5, scale: 1 },
  { share: 0.12, frames: 0.5, scale: 2 / 3 },
  { share: 0, frames: 0.5, scale: 0.5 },
];

const MIN_FRAME_RATE = 15;

/**
 * A step up is taken slightly later than the same step down, so that the video does not alternate
 * between the two.
 */
const HYSTERESIS = 1.2;

const stepFor = (share: number) => STEPS.findIndex((step) => share >= step.share);

/**
 * @param videoBitsPerSecond the available rate
 * @param full the target without any restriction
 * @param current the current target
 */
export function targetFor(videoBitsPerSecond: number, full: Target, current: Target): Target {
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
  return Math.min(frameRate, Math.max(MIN_FRAME_RATE, Math.round(frameRate * frames)));
}
