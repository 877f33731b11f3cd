import type { PublishError } from "sluice-client";
import type { Failure } from "./failure.js";

// Failures while sending: the codes of the gateway and of the library, explained to the person
// who streams. They cannot fix a program; they can check a key, choose other settings, wait, or
// ask the operator.

type FailureText = [message: string, advice: string];

const USE_DEFAULTS =
  "Set codec and recorder to “Automatic” under “More settings”, or use a current version of " +
  "Chrome, Edge, Firefox or Safari.";

const PROTOCOL_MISMATCH: FailureText = [
  "This page and the server do not understand each other.",
  "Reload the page: it may be older than the server. If that does not help, send the code below to the operator.",
];

/** The gateway's codes, as listed in docs/protocol.md. */
const GATEWAY_FAILURES: Record<string, FailureText> = {
  "malformed-message": PROTOCOL_MISMATCH,
  "unknown-message-type": PROTOCOL_MISMATCH,
  "unexpected-message": PROTOCOL_MISMATCH,
  "media-before-opened": PROTOCOL_MISMATCH,
  "protocol-violation": PROTOCOL_MISMATCH,
  "open-timeout": [
    "This page took too long to start the stream.",
    "Your connection may be very slow. Go live again.",
  ],
  "not-authorized": [
    "The server does not accept this stream key.",
    "Copy the complete key again. It may also have been replaced or have expired.",
  ],
  "authorization-expired": [
    "Your permission to stream has expired.",
    "Get a new stream key or link, then go live again.",
  ],
  "ended-by-operator": [
    "The operator of the server ended your stream.",
    "Ask them why before you go live again.",
  ],
  "origin-not-allowed": [
    "The server does not accept streams from this page.",
    "Use the server's own page, or ask the operator to allow this page's address.",
  ],
  "invalid-stream-key": [
    "This is not a valid stream key.",
    "It is too long or contains invalid characters, such as spaces. Copy the complete key again.",
  ],
  "stream-key-in-use": [
    "Another stream is already live under this stream key.",
    "If it is yours, in another tab or on another device, stop it first. Otherwise use another key.",
  ],
  "media-timeout": [
    "The server received no video and no audio for too long.",
    "Check your camera and your connection, then go live again.",
  ],
  "bit-rate-exceeded": [
    "This browser sent more than the server allows.",
    "Choose a lower bit rate under “More settings”, then go live again.",
  ],
  "too-many-messages": PROTOCOL_MISMATCH,
  "duration-exceeded": [
    "The stream has reached the server's maximum duration.",
    "All of it has arrived. You can go live again, as a new stream.",
  ],
  "timestamp-gap": [
    "The recording's clock has jumped, as after a sleep of the computer.",
    "Go live again.",
  ],
  "key-frames-missing": [
    "The server cannot show a preview of what this browser records.",
    "Choose another codec or recorder under “More settings”, then go live again.",
  ],
  "unsupported-offer": [
    "The server does not accept any format that this browser can record.",
    USE_DEFAULTS,
  ],
  "unrecognized-media": [
    "The server could not read what this browser recorded.",
    "Choose another codec or recorder under “More settings”, then go live again.",
  ],
  "too-many-requests": [
    "Too many streams, or too many starts, from your network.",
    "Stop streams in other tabs and on other devices, wait half a minute, then go live again.",
  ],
  "message-too-large": [
    "This browser sent a message that is too large for the server.",
    "Choose a lower bit rate, then go live again.",
  ],
  "internal-error": [
    "The server had an internal error.",
    "Go live again. If that does not help, send the code below to the operator.",
  ],
  "ffmpeg-unavailable": [
    "The server cannot start its video encoder.",
    "Only the operator can fix that. Send them the code below.",
  ],
  "ffmpeg-failed": [
    "The server's video encoder failed.",
    "Go live again. If that does not help, choose another codec under “More settings”.",
  ],
  "shutting-down": [
    "The server is restarting or shutting down.",
    "Wait a minute, then go live again.",
  ],
  "stream-stalled": [
    "The server could not send the stream on.",
    "Go live again. If that does not help, choose a lower bit rate.",
  ],
  "output-failed": [
    "The destination of your stream refused it or disconnected.",
    "Check the stream key and whether the destination expects a stream. Then go live again.",
  ],
  "resume-unknown": [
    "The server does not know your stream any more.",
    "Go live again, as a new stream.",
  ],
  "resume-gap": [
    "The connection was lost for too long to continue your stream.",
    "Go live again, as a new stream.",
  ],
  "taken-over": [
    "Your stream was taken over by another connection.",
    "Stop it in other tabs and on other devices, then go live again.",
  ],
  "cluster-unavailable": [
    "The server cannot take new streams at the moment.",
    "Try again in a moment.",
  ],
  "authorizer-failed": ["The server could not check your stream key.", "Try again in a moment."],
  "gateway-full": [
    "The server is at capacity.",
    "Try again later, or ask the operator for another server.",
  ],
};

/** The library's codes whose own messages are meant for programmers. */
const LIBRARY_FAILURES: Record<string, FailureText> = {
  "gateway-unreachable": [
    "The server did not answer.",
    "Check that you are online, then go live again. If others cannot reach it either, tell the operator.",
  ],
  "gateway-silent": [
    "The server did not reply in time.",
    "It may be very busy. Go live again in a moment.",
  ],
  "connection-lost": [
    "The connection to the server was lost.",
    "Check that you are online, then go live again.",
  ],
  "end-unconfirmed": [
    "The stream was stopped, but the server did not confirm that all of it arrived.",
    "The last seconds may be missing for viewers.",
  ],
  "nothing-recordable": ["This browser cannot record any of the selected formats.", USE_DEFAULTS],
};

const textFor = (table: Record<string, FailureText>, code: string) =>
  Object.hasOwn(table, code) ? table[code] : undefined;

/** Why `publish` failed, or why a stream ended unexpectedly. */
export function describePublishError(error: PublishError): Failure {
  const { code } = error;
  const ofTheGateway = textFor(GATEWAY_FAILURES, code);
  if (ofTheGateway) {
    const [message, advice] = ofTheGateway;
    return { code, message, advice, detail: error.message };
  }
  const [message, advice] = textFor(LIBRARY_FAILURES, code) ?? [
    error.message,
    error.advice ?? (error.retryable ? "You can go live again." : ""),
  ];
  return { code, message, advice };
}
