import { ANY, NONE } from "../settings/options.js";
import type { Settings } from "../settings/settings.js";

type VideoSettings = Pick<Settings, "height" | "frame-rate">;

/** For 16:9; even, as H.264 requires. */
const widthFor = (height: string) => 2 * Math.round((Number(height) * 8) / 9);

/** `ideal`, not `exact`: a camera without such a mode delivers its nearest one. */
export function cameraVideo({
  height,
  "frame-rate": frameRate,
}: VideoSettings): MediaTrackConstraints {
  return {
    width: { ideal: widthFor(height) },
    height: { ideal: Number(height) },
    frameRate: { ideal: Number(frameRate) },
  };
}

/** Limits, which scale a screen down and keep its aspect ratio; a smaller screen keeps its size. */
export function screenVideo({
  height,
  "frame-rate": frameRate,
}: VideoSettings): MediaTrackConstraints {
  return {
    width: { max: widthFor(height) },
    height: { max: Number(height) },
    frameRate: { ideal: Number(frameRate), max: Number(frameRate) },
  };
}

function constraint(
  choice: string,
  constraints: MediaTrackConstraints,
): MediaTrackConstraints | false {
  if (choice === NONE) {
    return false;
  }
  return choice === ANY ? constraints : { ...constraints, deviceId: { exact: choice } };
}

export const devices = (settings: Settings): MediaStreamConstraints => ({
  video: constraint(settings.camera, cameraVideo(settings)),
  audio: constraint(settings.microphone, {}),
});
