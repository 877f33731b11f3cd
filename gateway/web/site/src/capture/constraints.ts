import { ANY, NONE } from "../settings/options.js";
import type { Settings } from "../settings/settings.js";

type Picture = Pick<Settings, "height" | "frame-rate">;

/** For 16:9; even, as H.264 requires. */
const widthOf = (height: string) => 2 * Math.round((Number(height) * 8) / 9);

/** `ideal`, not `exact`: a camera without such a mode delivers its nearest one. */
export function picture({ height, "frame-rate": frameRate }: Picture): MediaTrackConstraints {
  return {
    width: { ideal: widthOf(height) },
    height: { ideal: Number(height) },
    frameRate: { ideal: Number(frameRate) },
  };
}

/** Limits, which scale a screen down and keep its aspect ratio; a smaller screen keeps its size. */
export function screenVideo({ height, "frame-rate": frameRate }: Picture): MediaTrackConstraints {
  return {
    width: { max: widthOf(height) },
    height: { max: Number(height) },
    frameRate: { ideal: Number(frameRate), max: Number(frameRate) },
  };
}

function wish(choice: string, also: MediaTrackConstraints): MediaTrackConstraints | false {
  if (choice === NONE) {
    return false;
  }
  return choice === ANY ? also : { ...also, deviceId: { exact: choice } };
}

export const devices = (settings: Settings): MediaStreamConstraints => ({
  video: wish(settings.camera, picture(settings)),
  audio: wish(settings.microphone, {}),
});
