// Failures detected by this library, as text for the person who streams. Failures reported by
// the gateway arrive with the gateway's own code and message.
import { PublishError } from "./errors.js";

export type TrackRole = "camera" | "microphone" | "screen";

const LOST: Record<TrackRole, () => PublishError> = {
  camera: () =>
    new PublishError(
      "camera-lost",
      "The camera stopped delivering video, so the stream has ended.",
      "Reconnect it or choose another one, then go live again.",
    ),
  microphone: () =>
    new PublishError(
      "microphone-lost",
      "The microphone stopped delivering audio, so the stream has ended.",
      "Reconnect it or choose another one, then go live again.",
    ),
  screen: () =>
    new PublishError(
      "screen-share-ended",
      "The screen is no longer shared, so the stream has ended.",
      "Share it again to go live again.",
    ),
};

export const trackLost = (role: TrackRole) => LOST[role]();

export const invalidUrl = (url: string) =>
  new PublishError(
    "invalid-url",
    `“${url}” is not a valid gateway URL.`,
    "Use https:, http:, wss: or ws:, or a URL relative to the page.",
    false,
  );

export const nothingToSend = () =>
  new PublishError(
    "nothing-to-send",
    "The source has neither a video nor an audio track.",
    undefined,
    false,
  );

export const nothingRecordable = () =>
  new PublishError(
    "nothing-recordable",
    "This browser cannot record any of the requested formats.",
    "Use a current version of Chrome, Edge, Firefox or Safari, or allow more codecs or engines.",
    false,
  );

export const browserRefused = (detail: string) =>
  new PublishError(
    "browser-refused",
    `The browser refused to connect: ${detail}`,
    undefined,
    false,
  );

export const recorderFailed = (detail?: string) =>
  new PublishError(
    "recorder-failed",
    `The browser's recorder failed${detail ? `: ${detail}` : ""}.`,
    "Try again, or use another resolution or browser.",
  );

/** @param error what an engine has thrown */
export const asPublishError = (error: unknown): PublishError =>
  error instanceof PublishError
    ? error
    : recorderFailed(error instanceof Error ? error.message : String(error));

export const unreachable = () =>
  new PublishError(
    "gateway-unreachable",
    "The gateway did not answer.",
    "Check your connection and whether the gateway is running, then try again.",
  );

export const noReply = () =>
  new PublishError(
    "gateway-silent",
    "The gateway accepted the connection but did not reply in time.",
    "Try again.",
  );

export const connectionLost = () =>
  new PublishError(
    "connection-lost",
    "The connection to the gateway was lost.",
    "Check your connection, then go live again.",
  );

/** The stream could not be continued in time. */
export const tooLate = () =>
  new PublishError(
    "connection-lost",
    "The connection to the gateway was lost for so long that the gateway ended the stream.",
    "Check your connection, then go live again.",
  );

export const slept = () =>
  new PublishError(
    "slept",
    "The computer went to sleep, which ends a stream.",
    "Keep it awake while you are live.",
  );

export const unconfirmed = () =>
  new PublishError(
    "end-unconfirmed",
    "The stream was stopped, but the gateway did not confirm that all of it arrived.",
    "The last seconds may be missing.",
  );

/** The gateway needs bytes that do not exist here. */
export const cannotContinue = () =>
  new PublishError(
    "resume-gap",
    "The gateway needs a part of the recording that was let go.",
    undefined,
    false,
  );

export const unexpectedMessage = () =>
  new PublishError(
    "unexpected-message",
    "The gateway sent a message that this page does not understand.",
    "Reload the page: it may be older than the gateway.",
    false,
  );

export const pageLeft = () =>
  new PublishError("page-left", "The page was closed, which ends its stream.", undefined, false);

/** @param reason the abort signal's reason, for programs */
export function aborted(reason: unknown): PublishError {
  const error = new PublishError("aborted", "The stream was cancelled.", undefined, false);
  error.cause = reason;
  return error;
}

// Close codes from here on are problems of the gateway, which may pass. Those below are client
// errors, except a few that mean "too late" or "too often".
const FIRST_SERVER_SIDE_CODE = 4500;
const RETRYABLE_CLIENT_CODES = [4408, 4410, 4429];

/**
 * A close with an application code (4000 to 4999) without a preceding `failed` message. Its reason
 * then reads `CODE: MESSAGE`.
 */
export function closedByGateway(closeCode: number, reason: string): PublishError {
  const [, code, message] = /^([a-z-]+): (.+)$/s.exec(reason) ?? [];
  return new PublishError(
    code ?? `close-${closeCode}`,
    message ?? (reason || "The gateway ended the stream."),
    undefined,
    closeCode >= FIRST_SERVER_SIDE_CODE || RETRYABLE_CLIENT_CODES.includes(closeCode),
  );
}
