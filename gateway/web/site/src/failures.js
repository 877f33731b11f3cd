// What can go wrong on this side of the wire, in words for the person who streams. Failures of the other side arrive
// with the server's own code and words.

/**
 * @typedef {object} Failure
 * @property {string} code stable, for support and for programs
 * @property {string} message what happened
 * @property {string} [advice] what to do about it
 * @property {boolean} retryable whether the same again may work
 */

/** @type {(code: string, message: string, advice?: string, retryable?: boolean) => Failure} */
const failure = (code, message, advice, retryable = true) => ({ code, message, advice, retryable });

export const insecureContext = () =>
  failure(
    "insecure-context",
    "The browser gives no camera to a page that was loaded without encryption.",
    "Open this page through https://, or on the machine itself through http://localhost.",
    false,
  );

export const unsupportedBrowser = () =>
  failure(
    "unsupported-browser",
    "This browser cannot record media.",
    "Use a current Chrome, Edge, Firefox or Safari.",
    false,
  );

export const permissionDenied = () =>
  failure(
    "permission-denied",
    "The camera and microphone are blocked for this page.",
    "Allow them through the icon beside the address, then try again.",
  );

export const noDevice = () =>
  failure(
    "no-device",
    "There is no camera and no microphone.",
    "Plug one in, or switch it on, then try again.",
  );

export const deviceBusy = () =>
  failure(
    "device-busy",
    "The camera or microphone could not be opened.",
    "Another program may be using it. Close that program, then try again.",
  );

export const nothingSelected = () =>
  failure("nothing-selected", "Nothing to send.", "Choose a camera, a microphone or both.");

export const invalidKey = () =>
  failure(
    "invalid-key",
    "There is no stream key.",
    "Enter the key your stream should go out under.",
  );

export const trackLost = (kind) =>
  kind === "audio"
    ? failure(
        "microphone-lost",
        "The microphone stopped delivering sound, so the stream was ended.",
        "Plug it in again or choose another one, then go live again.",
      )
    : failure(
        "camera-lost",
        "The camera stopped delivering pictures, so the stream was ended.",
        "Plug it in again or choose another one, then go live again.",
      );

export const nothingRecordable = () =>
  failure(
    "nothing-recordable",
    "This browser records none of the formats the gateway takes.",
    "Use a current Chrome, Edge, Firefox or Safari.",
    false,
  );

export const recorderFailed = (detail) =>
  failure(
    "recorder-failed",
    `The browser's recorder gave up${detail ? `: ${detail}` : ""}.`,
    "Try again; another camera resolution or browser may help.",
  );

export const unreachable = () =>
  failure(
    "gateway-unreachable",
    "The gateway did not answer.",
    "Check your connection and that the gateway is running, then try again.",
  );

export const silent = () =>
  failure("gateway-silent", "The gateway was reached but did not reply in time.", "Try again.");

export const connectionLost = () =>
  failure(
    "connection-lost",
    "The connection to the gateway broke.",
    "Check your connection, then go live again.",
  );

export const unconfirmed = () =>
  failure(
    "end-unconfirmed",
    "The stream was stopped, but the gateway did not confirm that all of it arrived.",
    "The last seconds may be missing.",
  );

export const networkTooSlow = (seconds) =>
  failure(
    "network-too-slow",
    `Your connection is too slow for this stream: more than ${seconds} seconds were waiting to be sent.`,
    "Use a wired or faster connection, or send only sound.",
  );

export const unexpectedMessage = () =>
  failure(
    "unexpected-message",
    "The gateway said something this page does not understand.",
    "Reload the page: it may be older than the gateway.",
  );

/** A close that carries a code of the application (4000 to 4999) but no `failed` message came before it. */
export const refused = (closeCode, reason) =>
  failure(`close-${closeCode}`, reason || "The gateway ended the stream.", undefined, false);
