// The text half of the wire: see the gateway's docs/protocol.md.

export const SUBPROTOCOL = "sluice.v1";

/**
 * @typedef {object} Opened
 * @property {"opened"} type
 * @property {string} mimeType the chosen offer, verbatim
 * @property {string} [sessionId]
 * @property {"copy"|"transcode"} [video]
 * @property {"copy"|"transcode"} [audio]
 * @property {number} timesliceMs
 * @property {number} [keyFrameIntervalMs]
 * @property {number} [maxBitsPerSecond]
 * @property {number} [maxMessageBytes]
 *
 * @typedef {object} Progress
 * @property {"progress"} type
 * @property {number} [acceptedBytes] media bytes handed to FFmpeg
 * @property {number} [queuedBytes] media bytes that wait in the gateway
 * @property {number} [outTimeMs]
 * @property {number} [framesPerSecond]
 * @property {number} [bitsPerSecond]
 * @property {number} [speed] 1 is as fast as life
 * @property {number} [droppedFrames]
 *
 * @typedef {{type: "ended", acceptedBytes?: number, outTimeMs?: number}} Ended
 * @typedef {{type: "failed", code: string, message: string, retryable: boolean}} Failed
 * @typedef {Opened | Progress | Ended | Failed} ServerMessage
 */

const whole = (value) =>
  Number.isFinite(value) && value > 0 ? Math.max(1, Math.round(value)) : undefined;

/**
 * @param {object} stream
 * @param {string} stream.streamKey
 * @param {string[]} stream.offers
 * @param {MediaTrackSettings} [stream.video]
 * @param {MediaTrackSettings} [stream.audio]
 * @param {import("./bitrate.js").BitRates} stream.bitRates
 * @returns {object} what a browser does not tell (Firefox knows no sample rate) is left out by JSON.stringify
 */
export function open({ streamKey, offers, video, audio, bitRates }) {
  return {
    type: "open",
    streamKey,
    offers,
    video: video && {
      width: whole(video.width),
      height: whole(video.height),
      frameRate: whole(video.frameRate),
      bitsPerSecond: whole(bitRates.video),
    },
    audio: audio && {
      sampleRate: whole(audio.sampleRate),
      channels: whole(audio.channelCount),
      bitsPerSecond: whole(bitRates.audio),
    },
  };
}

export const stop = () => ({ type: "stop" });

const TIMESLICE_MS = 250;
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
const positive = (value) => (number(value) > 0 ? value : undefined);
const handling = (value) => (value === "copy" || value === "transcode" ? value : undefined);

const READERS = {
  opened: (message) =>
    typeof message.mimeType === "string"
      ? {
          type: "opened",
          mimeType: message.mimeType,
          sessionId: typeof message.sessionId === "string" ? message.sessionId : undefined,
          video: handling(message.video),
          audio: handling(message.audio),
          timesliceMs: positive(message.timesliceMs) ?? TIMESLICE_MS,
          keyFrameIntervalMs: positive(message.keyFrameIntervalMs),
          maxBitsPerSecond: positive(message.maxBitsPerSecond),
          maxMessageBytes: positive(message.maxMessageBytes),
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
  ended: (message) => ({
    type: "ended",
    acceptedBytes: number(message.acceptedBytes),
    outTimeMs: number(message.outTimeMs),
  }),
  failed: (message) => ({
    type: "failed",
    code: String(message.code ?? "unknown"),
    message: String(message.message ?? "The gateway ended the stream."),
    retryable: message.retryable === true,
  }),
};

/**
 * @param {unknown} data the data of one WebSocket message
 * @returns {ServerMessage | null} null for what is not a message of this protocol
 */
export function parseServerMessage(data) {
  if (typeof data !== "string") {
    return null;
  }
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  const reader = Object.hasOwn(READERS, message?.type) ? READERS[message.type] : null;
  return reader ? reader(message) : null;
}
