// The text half of the wire: see the gateway's docs/protocol.md.

import type { Handling } from "./types.js";

export const SUBPROTOCOL = "sluice.v1";

const TIMESLICE_MS = 250;
const KEY_FRAME_INTERVAL_MS = 2_000;
/** Timers of browsers fire at once when they are told to wait for more than 24 days. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * How often to be told what the gateway has taken: the encoder is adapted to that, and the gateway's default of once a
 * second lets a network that became slow fill the queue before anybody knows.
 */
const PROGRESS_INTERVAL_MS = 250;

export interface Opened {
  type: "opened";
  sessionId: string;
  /** The chosen offer, verbatim. */
  mimeType: string;
  video: Handling | undefined;
  audio: Handling | undefined;
  timesliceMs: number;
  keyFrameIntervalMs: number;
  maxBitsPerSecond: number;
  maxMessageBytes: number;
}

/** The gateway's report, as often as `open` asks; once a second from a gateway that does not know the wish. */
export interface Progress {
  /** Media bytes handed to FFmpeg. */
  acceptedBytes: number;
  /** Media bytes that wait in the gateway. */
  queuedBytes: number;
  /** How much media FFmpeg has written, in milliseconds of its time line. */
  outTimeMs: number;
  framesPerSecond: number;
  bitsPerSecond: number;
  /** 1 is as fast as life. */
  speed: number;
  /** Video frames that FFmpeg left out. */
  droppedFrames: number;
}

/** The gateway is about to leave. The stream goes on until then. */
export interface Draining {
  endsInMs: number;
}

/** The end of a stream that arrived whole. */
export interface Ended {
  acceptedBytes: number;
  outTimeMs: number;
}

export interface Failed {
  type: "failed";
  code: string;
  message: string;
  retryable: boolean;
  /** How long to wait at least before trying again; 0 where the gateway does not say. */
  retryAfterMs: number;
}

export type ServerMessage =
  | Opened
  | (Progress & { type: "progress" })
  | (Draining & { type: "draining" })
  | (Ended & { type: "ended" })
  | Failed;

export interface OpenMessage {
  streamKey: string;
  token?: string | undefined;
  offers: string[];
  video?: MediaTrackSettings | undefined;
  audio?: MediaTrackSettings | undefined;
  videoBitsPerSecond: number;
  audioBitsPerSecond: number;
}

type Json = Record<string, unknown>;

const whole = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) && value > 0
    ? Math.max(1, Math.round(value))
    : undefined;

/** What a browser does not tell (Firefox knows no sample rate) is left out by `JSON.stringify`. */
export function open(message: OpenMessage): object {
  const { streamKey, token, offers, video, audio, videoBitsPerSecond, audioBitsPerSecond } =
    message;
  return {
    type: "open",
    streamKey,
    token,
    offers,
    video: video && {
      width: whole(video.width),
      height: whole(video.height),
      frameRate: whole(video.frameRate),
      bitsPerSecond: whole(videoBitsPerSecond),
    },
    audio: audio && {
      sampleRate: whole(audio.sampleRate),
      channels: whole(audio.channelCount),
      bitsPerSecond: whole(audioBitsPerSecond),
    },
    progressIntervalMs: PROGRESS_INTERVAL_MS,
    draining: true,
  };
}

export const stop = (): object => ({ type: "stop" });

const number = (value: unknown, otherwise = 0) =>
  typeof value === "number" && Number.isFinite(value) ? value : otherwise;
const positive = (value: unknown, otherwise: number) =>
  number(value) > 0 ? number(value) : otherwise;
const text = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);
const handling = (value: unknown) =>
  value === "copy" || value === "transcode" ? value : undefined;

const READERS: Record<string, (message: Json) => ServerMessage | null> = {
  opened: (message) =>
    typeof message.mimeType === "string"
      ? {
          type: "opened",
          sessionId: text(message.sessionId, ""),
          mimeType: message.mimeType,
          video: handling(message.video),
          audio: handling(message.audio),
          timesliceMs: positive(message.timesliceMs, TIMESLICE_MS),
          keyFrameIntervalMs: positive(message.keyFrameIntervalMs, KEY_FRAME_INTERVAL_MS),
          maxBitsPerSecond: positive(message.maxBitsPerSecond, Infinity),
          maxMessageBytes: positive(message.maxMessageBytes, Infinity),
        }
      : null,
  progress: (message) => ({
    type: "progress",
    acceptedBytes: number(message.acceptedBytes),
    queuedBytes: number(message.queuedBytes),
    outTimeMs: number(message.outTimeMs),
    framesPerSecond: number(message.framesPerSecond),
    bitsPerSecond: number(message.bitsPerSecond),
    speed: number(message.speed),
    droppedFrames: number(message.droppedFrames),
  }),
  draining: (message) => ({ type: "draining", endsInMs: Math.max(0, number(message.endsInMs)) }),
  ended: (message) => ({
    type: "ended",
    acceptedBytes: number(message.acceptedBytes),
    outTimeMs: number(message.outTimeMs),
  }),
  failed: (message) => ({
    type: "failed",
    code: text(message.code, "unknown"),
    message: text(message.message, "The gateway ended the stream."),
    retryable: message.retryable === true,
    retryAfterMs: Math.min(positive(message.retryAfterMs, 0), LONGEST_WAIT_MS),
  }),
};

/** @returns null for what is not a message of this protocol */
export function parseServerMessage(data: unknown): ServerMessage | null {
  if (typeof data !== "string") {
    return null;
  }
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof message !== "object" || message === null) {
    return null;
  }
  const { type } = message as Json;
  const reader = typeof type === "string" && Object.hasOwn(READERS, type) ? READERS[type] : null;
  return reader ? reader(message as Json) : null;
}
