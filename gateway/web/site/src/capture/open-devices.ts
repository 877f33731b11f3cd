import * as failures from "../failures/capture-failures.js";
import type { Failure } from "../failures/failure.js";
import { ANY, NONE } from "../settings/options.js";
import type { Settings } from "../settings/settings.js";
import * as constraints from "./constraints.js";

/** Tracks, or why there are none; neither where the person changed their mind. */
export type Opened = { stream: MediaStream | null; failure: Failure | null };

const failed = (failure: Failure | null): Opened => ({ stream: null, failure });

/** @param devices `navigator.mediaDevices`, which insecure pages do not have */
export async function openDevices(
  settings: Settings,
  devices: Pick<MediaDevices, "getUserMedia"> | undefined,
): Promise<Opened> {
  if (!devices) {
    return failed(failures.insecureContext);
  }
  if (settings.camera === NONE && settings.microphone === NONE) {
    return failed(failures.nothingSelected);
  }
  let first: Failure | null = null;
  for (const attempt of attempts(settings)) {
    try {
      return {
        stream: await devices.getUserMedia(constraints.devices(attempt)),
        failure: null,
      };
    } catch (error) {
      const failure = failures.ofDevices(error);
      first ??= failure;
      if (failure.code !== "no-device") {
        return failed(failure);
      }
    }
  }
  return failed(first);
}

/**
 * A remembered device may be gone; then any other will do. And a machine with a microphone only is told NotFoundError
 * for both, so each is then asked for alone.
 */
function* attempts(settings: Settings): Generator<Settings> {
  yield settings;
  const camera = settings.camera === NONE ? NONE : ANY;
  const microphone = settings.microphone === NONE ? NONE : ANY;
  if (camera !== settings.camera || microphone !== settings.microphone) {
    yield { ...settings, camera, microphone };
  }
  if (camera !== NONE && microphone !== NONE) {
    yield { ...settings, camera, microphone: NONE };
    yield { ...settings, camera: NONE, microphone };
  }
}

/** Must be called from a click. Comes with the sound of what is shared, where browser and system can record that. */
export async function openScreen(
  settings: Settings,
  devices: Pick<MediaDevices, "getDisplayMedia"> | undefined,
): Promise<Opened> {
  if (!devices?.getDisplayMedia) {
    return failed(failures.insecureContext);
  }
  try {
    return {
      stream: await devices.getDisplayMedia({
        video: constraints.screenPicture(settings),
        audio: true,
      }),
      failure: null,
    };
  } catch (error) {
    return failed(failures.ofScreen(error));
  }
}
