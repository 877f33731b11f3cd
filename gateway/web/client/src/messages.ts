// The JSON messages of the protocol: see the gateway's docs/protocol.md.

export const SUBPROTOCOL = "sluice.v1";

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
