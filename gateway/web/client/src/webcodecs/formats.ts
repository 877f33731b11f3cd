import type { VideoCodec } from "../types.js";

/** The container's names for codecs. */
export type ContainerVideoCodec = "avc" | "hevc" | "vp8" | "vp9" | "av1";
export type ContainerAudioCodec = "aac" | "opus";

/** The tracks named by a MIME type of this module. */
export interface Format {
  video: { codec: string; container: ContainerVideoCodec } | undefined;
  audio: { codec: string; container: ContainerAudioCodec } | undefined;
}

export interface VideoSettings {
  width: number;
  height: number;
  frameRate: number;
}

const VIDEO_PREFIXES: [prefix: string, container: ContainerVideoCodec][] = [
  ["avc", "avc"],
  ["hev1", "hevc"],
  ["hvc1", "hevc"],
  ["vp8", "vp8"],
  ["vp09", "vp9"],
  ["av01", "av1"],
];

/**
 * H.264 (table A-1): the lowest level with enough macroblocks per frame and per second. Encoders
 * refuse a level that is too low, some receivers one that is too high.
 */
const AVC_LEVELS: [level: number, perFrame: number, perSecond: number][] = [
  [0x1e, 1_620, 40_500],
  [0x1f, 3_600, 108_000],
  [0x20, 5_120, 216_000],
  [0x28, 8_192, 245_760],
  [0x2a, 8_704, 522_240],
  [0x32, 22_080, 589_824],
  [0x33, 36_864, 983_040],
  [0x34, 36_864, 2_073_600],
];

function avcLevel({ width, height, frameRate }: VideoSettings): string {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const level = AVC_LEVELS.find(
    ([, perFrame, perSecond]) => blocks <= perFrame && blocks * frameRate <= perSecond,
  );
  return (level?.[0] ?? 0x34).toString(16).padStart(2, "0");
}

/** AV1 (annex A.3): 3.1 up to 720p30, 4.0 up to 1080p30, 4.1 up to 1080p60, 5.1 above. */
function av1Level({ width, height, frameRate }: VideoSettings): string {
  const pixels = width * height;
  if (pixels <= 1_280 * 720 && frameRate <= 30) {
    return "05";
  }
  if (pixels <= 1_920 * 1_080) {
    return frameRate <= 30 ? "08" : "09";
  }
  return "13";
}

/** The codec strings to try in this browser for one codec, best first. */
export function codecStrings(codec: VideoCodec, videoSettings: VideoSettings): string[] {
  switch (codec) {
    case "h264":
      // High, then Main, then constrained Baseline: some encoders support the last one only.
      return ["6400", "4d00", "42e0"].map((profile) => `avc1.${profile}${avcLevel(videoSettings)}`);
    case "hevc":
      return ["hev1.1.6.L120.B0", "hev1.1.6.L153.B0"];
    case "vp8":
      return ["vp8"];
    case "vp9":
      return [
        videoSettings.width * videoSettings.height <= 1_280 * 720
          ? "vp09.00.31.08"
          : "vp09.00.41.08",
      ];
    case "av1":
      return [`av01.0.${av1Level(videoSettings)}M.08`];
  }
}

/** The container is Matroska, which supports every codec; WebM's rules exclude H.264. */
export function mimeType(video: string | undefined, audio: string | undefined): string {
  const codecs = [video, audio].filter((codec) => codec !== undefined).join(",");
  return `${video ? "video" : "audio"}/x-matroska;codecs="${codecs}"`;
}

/** @param type as returned by `mimeType` */
export function parse(type: string): Format {
  const codecs = /codecs="([^"]*)"/.exec(type)?.[1]?.split(",") ?? [];
  const format: Format = { video: undefined, audio: undefined };
  for (const codec of codecs) {
    const video = VIDEO_PREFIXES.find(([prefix]) => codec.startsWith(prefix))?.[1];
    if (video) {
      format.video = { codec, container: video };
    } else {
      format.audio = { codec, container: codec === "opus" ? "opus" : "aac" };
    }
  }
  return format;
}
