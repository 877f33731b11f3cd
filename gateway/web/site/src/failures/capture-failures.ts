import type { Failure } from "./failure.js";

// Failures before anything is sent.

const failure = (code: string, message: string, advice: string): Failure => ({
  code,
  message,
  advice,
});

export const insecureContext = failure(
  "insecure-context",
  "Browsers block camera and microphone on pages that were loaded without encryption.",
  "Open this page with https://, or on the server itself with http://localhost.",
);

export const nothingSelected = failure(
  "nothing-selected",
  "There is nothing to send.",
  "Choose a camera, a microphone or both, or share your screen.",
);

export const noKey = failure(
  "no-stream-key",
  "There is no stream key.",
  "Enter the key of your stream.",
);

const permissionDenied = failure(
  "permission-denied",
  "The camera and the microphone are blocked for this page.",
  "Allow them with the icon next to the address, then press “Go live” again.",
);

const noDevice = failure(
  "no-device",
  "No camera or microphone was found.",
  "Plug one in or switch it on; this page detects it. You can also share your screen.",
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
        "Your system does not allow this browser to record the screen.",
        "Allow it in the system's privacy settings, restart the browser, then share again.",
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
    kind === "camera" ? "The camera was disconnected." : "The microphone was disconnected.",
    "Reconnect it, or choose another one.",
  );

const nameOf = (error: unknown) => (error instanceof Error ? error.name : "");
const messageOf = (error: unknown) => (error instanceof Error ? error.message : "");
