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
  NAMES.find(([pattern]) => pattern.test(mimeType))?.[1] ?? "its own format";

/** What the gateway does with each track, and why. */
export function handlingExplanation(
  { video, audio, recordedAs, mimeType }: Negotiated,
  codecChosen: boolean,
): string {
  const codec = codecName(recordedAs || mimeType);
  const sentences = [];
  if (video === "copy") {
    sentences.push(`Video is forwarded without transcoding (${codec}), so it loses no quality.`);
  } else if (video === "transcode") {
    sentences.push(
      codecChosen
        ? `The server transcodes video to H.264, because you chose ${codec}.`
        : `The server transcodes video to H.264, because this browser records ${codec}.`,
    );
  }
  if (audio === "copy") {
    sentences.push("Audio is forwarded without transcoding.");
  } else if (audio === "transcode") {
    sentences.push("The server transcodes audio to AAC.");
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
    scale < 1 && `${Math.round(scale * 100)} % of full size`,
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
      return `Your connection is slow: video quality was lowered to ${quality(target)}.`;
    case "raised":
      return `Your connection has recovered: video quality was raised to ${quality(target)}.`;
    case "dropped":
      return `Your connection was too slow: ${count(droppedFrames)} frames were dropped to stay live.`;
  }
}

/** A duration as in speech. */
export const spokenDuration = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds === 1 ? "a second" : `${seconds} seconds`;
};

/** The server is about to shut down, for example for a restart. */
export const draining = (endsInMs: number): string =>
  `The server is about to restart. Your stream continues for ${spokenDuration(endsInMs)} and then reconnects; ` +
  "if you can, finish before that.";
