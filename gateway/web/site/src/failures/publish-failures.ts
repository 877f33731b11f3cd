import type { PublishError } from "sluice-client";
import type { Failure } from "./failure.js";

// What can go wrong once something is sent: the gateway's codes and the library's, told to the person who streams. They
// cannot mend a program; what they can do is check a key, choose other settings, wait, or ask the operator.

const MISUNDERSTANDING: Words = [
  "This page and the server do not understand each other.",
  "Reload the page: it may be older than the server. If it happens again, tell the operator the code below.",
];

type Words = [message: string, advice: string];

/** The gateway's, as docs/protocol.md lists them. */
const OF_THE_GATEWAY: Record<string, Words> = {
  "malformed-message": MISUNDERSTANDING,
  "unknown-message-type": MISUNDERSTANDING,
  "unexpected-message": MISUNDERSTANDING,
  "media-before-opened": MISUNDERSTANDING,
  "protocol-violation": MISUNDERSTANDING,
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
  "too-many-messages": MISUNDERSTANDING,
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

/** The library's, where its words are more for programmers. */
const OF_THE_LIBRARY: Record<string, Words> = {
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

const wordsFor = (table: Record<string, Words>, code: string) =>
  Object.hasOwn(table, code) ? table[code] : undefined;

/** Why `publish` gave no stream, or why a stream ended without having been asked to. */
export function ofPublishing(error: PublishError): Failure {
  const { code } = error;
  const ofTheGateway = wordsFor(OF_THE_GATEWAY, code);
  if (ofTheGateway) {
    const [message, advice] = ofTheGateway;
    return { code, message, advice, detail: error.message };
  }
  const [message, advice] = wordsFor(OF_THE_LIBRARY, code) ?? [
    error.message,
    error.advice ?? (error.retryable ? "You can go live again." : ""),
  ];
  return { code, message, advice };
}
