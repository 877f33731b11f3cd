import { ANY, NONE } from "../settings/options.js";
import type { Settings } from "../settings/settings.js";

type Picture = Pick<Settings, "height" | "frame-rate">;

/** Of a picture 16 to 9; even, as H.264 wants it. */
const widthOf = (height: string) => 2 * Math.round((Number(height) * 8) / 9);

/** Ideals, not demands: a camera that has no such mode gives its nearest. */
export function picture({ height, "frame-rate": frameRate }: Picture): MediaTrackConstraints {
  return {
    width: { ideal: widthOf(height) },
    height: { ideal: Number(height) },
    frameRate: { ideal: Number(frameRate) },
  };
}

/** Limits, which scale a screen down and keep its shape; a screen smaller than that stays as it is. */
export function screenPicture({ height, "frame-rate": frameRate }: Picture): MediaTrackConstraints {
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
