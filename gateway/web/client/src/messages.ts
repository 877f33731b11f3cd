// The JSON messages of the protocol: see the gateway's docs/protocol.md.

export const SUBPROTOCOL = "sluice.v1";

const TIMESLICE_MS = 250;
const KEY_FRAME_INTERVAL_MS = 2_000;
/** Longest accepted wait. Browser timers fire immediately when set to more than 24 days. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * How often the gateway reports what it has accepted. The encoder is adapted to these reports; at
 * the gateway's default of once a second, a network that slows down fills the queue unnoticed.
 */
const PROGRESS_INTERVAL_MS = 250;

/** What the gateway does with a track. */
export type Handling = "copy" | "transcode";

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
  /** Undefined if the stream ends with its connection. */
  resume: ResumeGrant | undefined;
}

/** The right to continue a stream over another connection. */
export interface ResumeGrant {
  /** A secret, the same for the stream's whole life. */
  token: string;
  /** How long the gateway waits. */
  windowMs: number;
  /** How much media to keep at most. */
  maxKeptBytes: number;
  /** To be added to the URL's query at a resume. */
  query: string | undefined;
}

/** The answer to `resume`. */
export interface Resumed {
  type: "resumed";
  /** `exact`: the stream continues. `restart`: it begins anew with the same recording. */
  mode: "exact" | "restart";
  sessionId: string;
  /** The position of the first byte to send. */
  nextByte: number;
  resume: ResumeGrant | undefined;
}

/** The state of one of the gateway's outputs. */
export interface OutputStatus {
  /** Counts the outputs from 0. */
  index: number;
  /** Where it goes, without its key. */
  name: string;
  /** `away`: the gateway tries again. `failed`: it does not. */
  state: "connecting" | "live" | "away" | "failed";
  /** Why it is not live: a code of docs/protocol.md. */
  code: string | undefined;
  /** The same as text. */
  message: string | undefined;
  /** How long it has been in this state when this was sent. */
  sinceMs: number;
  /** How often it was connected again. */
  restarts: number;
  /** Media that was not delivered to it. */
  lostMs: number;
  /** Media that was delivered to it twice. */
  repeatedMs: number;
}

/** Something needs attention, but the stream continues. */
export interface GatewayWarning {
  code: string;
  message: string;
}

/**
 * The gateway's report, at the interval requested in `open`; once a second from a gateway that does
 * not know that field.
 */
export interface Progress {
  /** Media bytes passed to FFmpeg. */
  acceptedBytes: number;
  /** Media bytes queued in the gateway. */
  queuedBytes: number;
  /** How much media FFmpeg has written, in milliseconds of its timeline. */
  outTimeMs: number;
  framesPerSecond: number;
  bitsPerSecond: number;
  /** FFmpeg's speed; 1 is real time. */
  speed: number;
  /** Video frames that FFmpeg dropped. */
  droppedFrames: number;
}

/** The gateway is about to shut down. The stream continues until then. */
export interface Draining {
  endsInMs: number;
}

/** The end of a stream that arrived completely. */
export interface Ended {
  acceptedBytes: number;
  outTimeMs: number;
}

export interface Failed {
  type: "failed";
  code: string;
  message: string;
  retryable: boolean;
  /** The minimum time to wait before trying again; 0 if the gateway does not specify one. */
  retryAfterMs: number;
}

export type ServerMessage =
  | Opened
  | Resumed
  | (OutputStatus & { type: "output" })
  | (GatewayWarning & { type: "warning" })
  | { type: "keyframe" }
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
  /** Whether this recording can be continued over another connection. */
  resume: boolean;
  /** Whether the encoder can make a key frame when asked. */
  keyFrames: boolean;
}

export interface ResumeMessage {
  sessionId: string;
  token: string;
  /** The position of the first byte that still exists here. */
  keptFromByte: number;
  sentBytes: number;
  /** What is being recorded. */
  mimeType: string;
  /** For a gateway that does not know the stream. */
  open: OpenMessage;
}

type Json = Record<string, unknown>;

const positiveInteger = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) && value > 0
    ? Math.max(1, Math.round(value))
    : undefined;

/** `JSON.stringify` omits what a browser does not report (Firefox has no sample rate). */
export function encodeOpen(message: OpenMessage): object {
  const { streamKey, token, offers, video, audio, videoBitsPerSecond, audioBitsPerSecond } =
    message;
  const { resume, keyFrames } = message;
  return {
    type: "open",
    streamKey,
    token,
    offers,
    video: video && {
      width: positiveInteger(video.width),
      height: positiveInteger(video.height),
      frameRate: positiveInteger(video.frameRate),
      bitsPerSecond: positiveInteger(videoBitsPerSecond),
    },
    audio: audio && {
      sampleRate: positiveInteger(audio.sampleRate),
      channels: positiveInteger(audio.channelCount),
      bitsPerSecond: positiveInteger(audioBitsPerSecond),
    },
    progressIntervalMs: PROGRESS_INTERVAL_MS,
    draining: true,
    resume,
    outputs: true,
    keyFrames,
    // Whatever the engine: what cannot be sent in time is left out here.
    adapts: true,
    warnings: true,
  };
}

export const encodeResume = ({ open, ...message }: ResumeMessage): object => ({
  type: "resume",
  ...message,
  open: encodeOpen(open),
});

export const encodeStop = (): object => ({ type: "stop" });

const number = (value: unknown, fallback = 0) =>
  typeof value === "number" && Number.isFinite(value) ? value : fallback;
const positive = (value: unknown, fallback: number) =>
  number(value) > 0 ? number(value) : fallback;
const text = (value: unknown, fallback: string) => (typeof value === "string" ? value : fallback);
const handling = (value: unknown) =>
  value === "copy" || value === "transcode" ? value : undefined;

const optionalText = (value: unknown) =>
  typeof value === "string" && value !== "" ? value : undefined;

function grant(value: unknown): ResumeGrant | undefined {
  const { token, windowMs, maxKeptBytes, query } = (value ?? {}) as Json;
  return typeof token === "string" && token !== "" && number(windowMs) > 0
    ? {
        token,
        windowMs: number(windowMs),
        maxKeptBytes: positive(maxKeptBytes, Infinity),
        query: optionalText(query),
      }
    : undefined;
}

const OUTPUT_STATES = ["connecting", "live", "away", "failed"] as const;

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
          resume: grant(message.resume),
        }
      : null,
  resumed: ({ mode, sessionId, nextByte, resume }) =>
    mode === "exact" || mode === "restart"
      ? {
          type: "resumed",
          mode,
          sessionId: text(sessionId, ""),
          nextByte: mode === "exact" ? number(nextByte, NaN) : 0,
          resume: grant(resume),
        }
      : null,
  output: (message) => {
    const index = number(message.index);
    return {
      type: "output",
      index,
      name: text(message.name, `output ${index + 1}`),
      state: OUTPUT_STATES.find((state) => state === message.state) ?? "connecting",
      code: optionalText(message.code),
      message: optionalText(message.message),
      sinceMs: number(message.sinceMs),
      restarts: number(message.restarts),
      lostMs: number(message.lostMs),
      repeatedMs: number(message.repeatedMs),
    };
  },
  keyframe: () => ({ type: "keyframe" }),
  warning: (message) => ({
    type: "warning",
    code: text(message.code, "unknown"),
    message: text(message.message, "The gateway reports a problem."),
  }),
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
    retryAfterMs: Math.min(positive(message.retryAfterMs, 0), MAX_RETRY_AFTER_MS),
  }),
};

/** @returns null for anything that is not a message of this protocol */
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
