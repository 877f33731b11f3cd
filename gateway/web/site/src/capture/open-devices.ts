import * as failures from "../failures/capture-failures.js";
import type { Failure } from "../failures/failure.js";
import { ANY, NONE } from "../settings/options.js";
import type { Settings } from "../settings/settings.js";
import * as constraints from "./constraints.js";

/** Tracks, or why there are none; neither if the person cancelled. */
export type OpenResult = { stream: MediaStream | null; failure: Failure | null };

const failed = (failure: Failure | null): OpenResult => ({ stream: null, failure });

/** @param devices `navigator.mediaDevices`, which insecure pages do not have */
export async function openDevices(
  settings: Settings,
  devices: Pick<MediaDevices, "getUserMedia"> | undefined,
): Promise<OpenResult> {
  if (!devices) {
    return failed(failures.insecureContext);
  }
  if (settings.camera === NONE && settings.microphone === NONE) {
    return failed(failures.nothingSelected);
  }
  let first: Failure | null = null;
  for (const attempt of fallbacks(settings)) {
    try {
      return {
        stream: await devices.getUserMedia(constraints.devices(attempt)),
        failure: null,
      };
    } catch (error) {
      const failure = failures.fromGetUserMediaError(error);
      first ??= failure;
      if (failure.code !== "no-device") {
        return failed(failure);
      }
    }
  }
  return failed(first);
}

/**
 * A remembered device may be gone; then any other is used. A computer that has only a microphone
 * reports NotFoundError for both, so each is then requested alone.
 */
function* fallbacks(settings: Settings): Generator<Settings> {
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

/**
 * Must be called from a click. Includes the shared audio, where browser and system can record it.
 */
export async function openScreen(
  settings: Settings,
  devices: Pick<MediaDevices, "getDisplayMedia"> | undefined,
): Promise<OpenResult> {
  if (!devices?.getDisplayMedia) {
    return failed(failures.insecureContext);
  }
  try {
    return {
      stream: await devices.getDisplayMedia({
        video: constraints.screenVideo(settings),
        audio: true,
      }),
      failure: null,
    };
  } catch (error) {
    return failed(failures.fromGetDisplayMediaError(error));
  }
}
