// Reads the gateway's messages: missing fields get defaults, invalid ones are left out.
import type { ResumeGrant, ServerMessage } from "./messages.js";

const TIMESLICE_MS = 250;
const KEY_FRAME_INTERVAL_MS = 2_000;
/** Longest accepted wait. Browser timers fire immediately when set to more than 24 days. */
const MAX_RETRY_AFTER_MS = 3_600_000;

type Json = Record<string, unknown>;

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
