import * as failures from "./failures.js";

// Ideals, not demands: a camera that has no such mode gives its nearest.
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** What is asked of a picker: any device, none, or one by its id. */
export const ANY = "";
export const NONE = "none";

const wish = (choice, also) => {
  if (choice === NONE) {
    return false;
  }
  return choice === ANY ? also : { ...also, deviceId: { exact: choice } };
};

/**
 * @param {{camera: string, microphone: string}} choice
 * @returns {{video: MediaTrackConstraints | false, audio: MediaTrackConstraints | false}}
 */
export const constraintsFor = ({ camera, microphone }) => ({
  video: wish(camera, PICTURE),
  audio: wish(microphone, {}),
});

const BY_ERROR = {
  NotAllowedError: failures.permissionDenied,
  SecurityError: failures.permissionDenied,
  NotFoundError: failures.noDevice,
  OverconstrainedError: failures.noDevice,
  NotReadableError: failures.deviceBusy,
  AbortError: failures.deviceBusy,
};

/**
 * @param {{camera: string, microphone: string}} choice
 * @param {MediaDevices | undefined} devices `navigator.mediaDevices`, which insecure pages do not have
 * @returns {Promise<{stream: MediaStream} | {failure: import("./failures.js").Failure}>}
 */
export async function capture(choice, devices) {
  if (!devices) {
    return { failure: failures.insecureContext() };
  }
  if (choice.camera === NONE && choice.microphone === NONE) {
    return { failure: failures.nothingSelected() };
  }
  let notFound;
  for (const attempt of attempts(choice)) {
    try {
      return { stream: await devices.getUserMedia(constraintsFor(attempt)) };
    } catch (error) {
      const failure = (BY_ERROR[error.name] ?? failures.deviceBusy)();
      if (failure.code !== "no-device") {
        return { failure };
      }
      notFound = failure;
    }
  }
  return { failure: notFound };
}

/** A machine with a microphone only is told NotFoundError for both, so each is then asked for alone. */
function* attempts(choice) {
  yield choice;
  if (choice.camera !== NONE && choice.microphone !== NONE) {
    yield { camera: choice.camera, microphone: NONE };
    yield { camera: NONE, microphone: choice.microphone };
  }
}

/**
 * @param {MediaDeviceInfo[]} devices
 * @param {"videoinput" | "audioinput"} kind
 * @returns {{value: string, label: string}[]} what a picker offers; ids are empty until permission was given
 */
export function choices(devices, kind) {
  const word = kind === "videoinput" ? "camera" : "microphone";
  const found = devices
    .filter((device) => device.kind === kind && device.deviceId !== "")
    .map(({ deviceId, label }, index) => ({
      value: deviceId,
      label: label || `${word[0].toUpperCase()}${word.slice(1)} ${index + 1}`,
    }));
  const any = found.length === 0 ? [{ value: ANY, label: `Default ${word}` }] : [];
  return [...any, ...found, { value: NONE, label: `No ${word}` }];
}
