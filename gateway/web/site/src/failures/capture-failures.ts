import type { Failure } from "./failure.js";

// Failures before anything is sent.

const failure = (code: string, message: string, advice: string): Failure => ({
  code,
  message,
  advice,
});

export const insecureContext = failure(
  "insecure-context",
  "The browser gives no camera to a page that was loaded without encryption.",
  "Open this page through https://, or on the machine itself through http://localhost.",
);

export const nothingSelected = failure(
  "nothing-selected",
  "There is nothing to send.",
  "Choose a camera, a microphone or both, or share your screen.",
);

export const noKey = failure(
  "no-stream-key",
  "There is no stream key.",
  "Enter the key that your stream should go out under.",
);

const permissionDenied = failure(
  "permission-denied",
  "The camera and the microphone are blocked for this page.",
  "Allow them through the icon beside the address, then press “Go live” again.",
);

const noDevice = failure(
  "no-device",
  "There is no camera and no microphone.",
  "Plug one in, or switch it on: it is noticed by itself. You can also share your screen.",
);

const deviceBusy = failure(
  "device-busy",
  "The camera or the microphone could not be opened.",
  "Another program may be using it. Close that program, then press “Go live” again.",
);

const BY_DEVICE_ERROR: Record<string, Failure> = {
  NotAllowedError: permissionDenied,
  SecurityError: permissionDenied,
  NotFoundError: noDevice,
  OverconstrainedError: noDevice,
};

/** Why `getUserMedia` failed. */
export const fromGetUserMediaError = (error: unknown): Failure =>
  BY_DEVICE_ERROR[nameOf(error)] ?? deviceBusy;

/** Why `getDisplayMedia` failed; null if the person cancelled, which is not a failure. */
export function fromGetDisplayMediaError(error: unknown): Failure | null {
  const name = nameOf(error);
  if (name === "NotAllowedError" && !/system/i.test(messageOf(error))) {
    return null;
  }
  return name === "NotAllowedError"
    ? failure(
        "screen-blocked",
        "Your system does not let this browser record the screen.",
        "Allow it in the system's settings under privacy, restart the browser, then share again.",
      )
    : failure(
        "screen-failed",
        "The screen could not be shared.",
        "Try again, or choose a single window or tab instead of the whole screen.",
      );
}

export const lost = (kind: "camera" | "microphone"): Failure =>
  failure(
    `${kind}-lost`,
    kind === "camera" ? "The camera is gone." : "The microphone is gone.",
    "Plug it in again, or choose another one.",
  );

const nameOf = (error: unknown) => (error instanceof Error ? error.name : "");
const messageOf = (error: unknown) => (error instanceof Error ? error.message : "");
