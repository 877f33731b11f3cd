import type { PublishError } from "sluice-client";
import type { Failure } from "./failure.js";

// Failures while sending: the codes of the gateway and of the library, explained to the person
// who streams. They cannot fix a program; they can check a key, choose other settings, wait, or
// ask the operator.

const PROTOCOL_MISMATCH: FailureText = [
  "This page and the server do not understand each other.",
  "Reload the page: it may be older than the server. If it happens again, tell the operator the code below.",
];

type FailureText = [message: string, advice: string];

/** The gateway's codes, as listed in docs/protocol.md. */
const GATEWAY_FAILURES: Record<string, FailureText> = {
  "malformed-message": PROTOCOL_MISMATCH,
  "unknown-message-type": PROTOCOL_MISMATCH,
  "unexpected-message": PROTOCOL_MISMATCH,
  "media-before-opened": PROTOCOL_MISMATCH,
  "protocol-violation": PROTOCOL_MISMATCH,
  "open-timeout": [
    "The server waited in vain for this page to introduce itself.",
    "Your connection may be very slow. Go live again.",
  ],
  "not-authorized": [
    "The server does not accept this stream key.",
    "Copy it again, whole, from where you got it. It may also have been replaced or have expired.",
  ],
  "authorization-expired": [
    "Your permission to stream has come to its end.",
    "Get a new stream key or a new link from where you got this one, then go live again.",
  ],
  "ended-by-operator": [
    "The operator of the server has ended your stream.",
    "Ask them why before you go live again.",
  ],
  "origin-not-allowed": [
    "The server takes no streams from this page.",
    "Open the server's own page. Or ask the operator to allow this page's address.",
  ],
  "invalid-stream-key": [
    "This is not a stream key.",
    "It is too long or has characters that no key has, such as spaces. Copy it again, whole.",
  ],
  "stream-key-in-use": [
    "Somebody is live under this stream key already.",
    "If it is you, in another tab or on another device, stop there first. Or use another key.",
  ],
  "media-timeout": [
    "No picture and no sound reached the server for too long.",
    "Check your camera and your connection, then go live again.",
  ],
  "bit-rate-exceeded": [
    "This browser sent more than the server allows.",
    "Choose a lower bit rate under “More settings”, then go live again.",
  ],
  "too-many-messages": PROTOCOL_MISMATCH,
  "duration-exceeded": [
    "The stream has been live for as long as the server lets one be.",
    "All of it has arrived. You can go live again, as a new stream.",
  ],
  "unsupported-offer": [
    "The server takes none of the formats that this browser records.",
    "Set codec and recorder to “Automatic” under “More settings”, or use a current Chrome, Edge, Firefox or Safari.",
  ],
  "unrecognized-media": [
    "The server could not read what this browser recorded.",
    "Choose another codec or recorder under “More settings”, then go live again.",
  ],
  "too-many-requests": [
    "Streams were begun here too often, or too many of them.",
    "Stop other tabs and devices that stream from here, wait half a minute, then go live again.",
  ],
  "message-too-large": [
    "This browser sent more at once than the server takes.",
    "Choose a lower bit rate, then go live again.",
  ],
  "internal-error": [
    "The server had a problem of its own.",
    "Go live again. If it happens again, tell the operator the code below.",
  ],
  "ffmpeg-unavailable": [
    "The server cannot start its video encoder.",
    "Only its operator can mend that. Tell them the code below.",
  ],
  "ffmpeg-failed": [
    "The server's video encoder gave up on this stream.",
    "Go live again. If it happens again, choose another codec under “More settings”.",
  ],
  "shutting-down": [
    "The server is being restarted or shut down.",
    "Wait a minute, then go live again.",
  ],
  "stream-stalled": [
    "The stream got stuck on its way out of the server.",
    "Go live again. If it happens again, choose a lower bit rate.",
  ],
  "output-failed": [
    "The place where your stream goes did not take it, or cut it off.",
    "Check the stream key, and that the channel there expects a stream. Then go live again.",
  ],
  "authorizer-failed": [
    "The server could not find out whether your stream key is valid.",
    "Try again in a moment.",
  ],
  "gateway-full": [
    "The server carries as many streams as it can.",
    "Try again when another stream has ended, or ask the operator for another server.",
  ],
};

/** The library's codes whose own messages are meant for programmers. */
const LIBRARY_FAILURES: Record<string, FailureText> = {
  "gateway-unreachable": [
    "The server did not answer.",
    "Check that you are online, then go live again. If others cannot reach it either, tell the operator.",
  ],
  "gateway-silent": [
    "The server was reached, but did not reply in time.",
    "It may be very busy. Go live again in a moment.",
  ],
  "connection-lost": [
    "The connection to the server broke.",
    "Check that you are online, then go live again.",
  ],
  "end-unconfirmed": [
    "The stream was stopped, but the server did not confirm that all of it arrived.",
    "The last seconds may be missing for viewers.",
  ],
  "nothing-recordable": [
    "This browser records nothing that was asked for.",
    "Set codec and recorder to “Automatic” under “More settings”, or use a current Chrome, Edge, Firefox or Safari.",
  ],
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
