import type { Negotiated, Stats } from "sluice-client";
import { engineName, handling, handlingInBrief } from "../words/stream.js";
import * as format from "../words/format.js";

/** The numbers of a stream by the ids of the places where they are shown. */
export function numbers(stats: Stats): Record<string, string> {
  const { server, target, width, height, droppedGroups, droppedFrames } = stats;
  return {
    sending: format.bitRate(stats.bitsPerSecond),
    target: format.bitRate(target.videoBitsPerSecond || undefined),
    delay: format.delay(stats.delayMs),
    waiting: format.delay(stats.queuedMs),
    "encoded-rate": format.frameRate(stats.framesPerSecond),
    "frame-rate-out": format.frameRate(server?.framesPerSecond),
    speed: format.speed(server?.speed),
    accepted: format.bytes(stats.acceptedBytes),
    queued: format.bytes(server?.queuedBytes),
    output: format.bitRate(server?.bitsPerSecond),
    size: width && height ? `${width} × ${height}` : format.NOTHING,
    frames: format.count(stats.encodedFrames),
    "dropped-groups":
      droppedGroups === 0
        ? "0"
        : `${format.count(droppedGroups)} groups, ${format.count(droppedFrames)} pictures`,
    dropped: format.count(server?.droppedFrames),
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
