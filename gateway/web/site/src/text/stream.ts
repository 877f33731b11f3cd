import type { LiveStreamEvents, Negotiated, Target } from "sluice-client";
import { bitRate, count } from "./format.js";

// What the stream does on its own, explained to the person who streams.

const NAMES: [pattern: RegExp, name: string][] = [
  [/avc|h264/i, "H.264"],
  [/hvc1|hev1|h265|hevc/i, "HEVC"],
  [/vp0?9/i, "VP9"],
  [/vp0?8/i, "VP8"],
  [/av01|av1/i, "AV1"],
];

/** The video codec of a MIME type. */
export const codecName = (mimeType: string): string =>
  NAMES.find(([pattern]) => pattern.test(mimeType))?.[1] ?? "what it records";

/** What the gateway does with each track, and why. */
export function handling(
  { video, audio, recordedAs, mimeType }: Negotiated,
  codecChosen: boolean,
): string {
  const codec = codecName(recordedAs || mimeType);
  const sentences = [];
  if (video === "copy") {
    sentences.push(
      `Video is passed on as recorded: ${codec} needs no conversion, and loses nothing.`,
    );
  } else if (video === "transcode") {
    sentences.push(
      codecChosen
        ? `Video is converted to H.264 by the server, because you chose ${codec}.`
        : `Video is converted to H.264 by the server: this browser records ${codec}, which cannot be passed on.`,
    );
  }
  if (audio === "copy") {
    sentences.push("AudioGraph is passed on as recorded.");
  } else if (audio === "transcode") {
    sentences.push("AudioGraph is converted to AAC, which every player expects.");
  }
  return sentences.join(" ");
}

/** The same in a few words. */
export function handlingSummary({ video, audio }: Pick<Negotiated, "video" | "audio">): string {
  const words = { copy: "copied", transcode: "transcoded" };
  const parts = [video && `video ${words[video]}`, audio && `audio ${words[audio]}`];
  const sentence = parts.filter(Boolean).join(", ");
  return sentence ? `${sentence[0]?.toUpperCase()}${sentence.slice(1)}` : "–";
}

export const engineName = ({ engine }: Pick<Negotiated, "engine">): string =>
  engine === "webcodecs" ? "WebCodecs" : "MediaRecorder";

const quality = ({ videoBitsPerSecond, frameRate, scale }: Target) =>
  [
    bitRate(videoBitsPerSecond),
    `${Math.round(frameRate)} fps`,
    scale < 1 && `${Math.round(scale * 100)} % of the size`,
  ]
    .filter(Boolean)
    .join(", ");

export function adaptation({
  change,
  target,
  droppedFrames,
}: Pick<LiveStreamEvents["adaptation"]["detail"], "change" | "target" | "droppedFrames">): string {
  switch (change) {
    case "lowered":
      return `Your connection is slow: the picture was lowered to ${quality(target)}.`;
    case "raised":
      return `Your connection has room again: the picture was raised to ${quality(target)}.`;
    case "dropped":
      return `Your connection was too slow: ${count(droppedFrames)} pictures were left out to stay live.`;
  }
}

/** A duration as in speech. */
export const spokenDuration = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds === 1 ? "a second" : `${seconds} seconds`;
};

/** The server is about to shut down, for example for a restart. */
export const draining = (endsInMs: number): string =>
  `The server is about to restart. Your stream goes on for ${spokenDuration(endsInMs)} and is then made again; ` +
  "if you can, come to an end before.";
