import type { Negotiated, Stats } from "sluice-client";
import { engineName, handlingExplanation, handlingSummary } from "../text/stream.js";
import * as format from "../text/format.js";

/** With less media than this, FFmpeg's speed shows only how fast it started. */
const MIN_MEDIA_FOR_SPEED_MS = 3_000;

/** The statistics of a stream, by the id of the element that shows each. */
export function statistics(stats: Stats): Record<string, string> {
  const { target, width, height, droppedGroups, droppedFrames } = stats;
  // FFmpeg reports unknown values as 0.
  const {
    framesPerSecond,
    bitsPerSecond,
    speed,
    queuedBytes,
    outTimeMs = 0,
    droppedFrames: lost,
  } = stats.server ?? {};
  return {
    sending: format.bitRate(stats.bitsPerSecond),
    target: format.bitRate(target.videoBitsPerSecond || undefined),
    delay: format.delay(stats.delayMs),
    waiting: format.delay(stats.queuedMs),
    "encoded-rate": format.frameRate(stats.framesPerSecond),
    "frame-rate-out": format.frameRate(framesPerSecond || undefined),
    speed: format.speed(outTimeMs < MIN_MEDIA_FOR_SPEED_MS ? undefined : speed || undefined),
    accepted: format.bytes(stats.acceptedBytes),
    queued: format.bytes(queuedBytes),
    output: format.bitRate(bitsPerSecond || undefined),
    size: width && height ? `${width} × ${height}` : format.UNKNOWN,
    frames: format.count(stats.encodedFrames),
    "dropped-groups":
      droppedGroups === 0
        ? "0"
        : `${format.count(droppedGroups)} groups, ${format.count(droppedFrames)} frames`,
    dropped: format.count(lost),
  };
}

/** What was negotiated with the gateway, by element id. */
export function negotiation(negotiated: Negotiated, codecChosen: boolean): Record<string, string> {
  return {
    handling: handlingSummary(negotiated),
    "engine-name": engineName(negotiated),
    "mime-type": negotiated.recordedAs || negotiated.mimeType,
    "handling-why": handlingExplanation(negotiated, codecChosen),
  };
}
