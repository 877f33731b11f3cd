import type { Negotiated, Stats } from "sluice-client";
import { engineName, handling, handlingInBrief } from "../text/stream.js";
import * as format from "../text/format.js";

/** Of less media than that, how fast FFmpeg was says only how fast it started. */
const SPEED_MEANS_SOMETHING_AFTER_MS = 3_000;

/** The numbers of a stream by the ids of the places where they are shown. */
export function numbers(stats: Stats): Record<string, string> {
  const { target, width, height, droppedGroups, droppedFrames } = stats;
  // What FFmpeg does not report is 0.
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
    speed: format.speed(
      outTimeMs < SPEED_MEANS_SOMETHING_AFTER_MS ? undefined : speed || undefined,
    ),
    accepted: format.bytes(stats.acceptedBytes),
    queued: format.bytes(queuedBytes),
    output: format.bitRate(bitsPerSecond || undefined),
    size: width && height ? `${width} × ${height}` : format.NOTHING,
    frames: format.count(stats.encodedFrames),
    "dropped-groups":
      droppedGroups === 0
        ? "0"
        : `${format.count(droppedGroups)} groups, ${format.count(droppedFrames)} pictures`,
    dropped: format.count(lost),
  };
}

/** What was agreed with the gateway, likewise. */
export function agreement(negotiated: Negotiated, codecChosen: boolean): Record<string, string> {
  return {
    handling: handlingInBrief(negotiated),
    "engine-name": engineName(negotiated),
    "mime-type": negotiated.recordedAs || negotiated.mimeType,
    "handling-why": handling(negotiated, codecChosen),
  };
}
