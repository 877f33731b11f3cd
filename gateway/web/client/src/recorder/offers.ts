import type { Offer } from "../engine.js";
import type { VideoCodec } from "../types.js";

export interface RequestedTracks {
  hasVideo: boolean;
  hasAudio: boolean;
  /** Undefined for every codec. */
  codecs?: VideoCodec[] | undefined;
}

type NamedCodec = [family: VideoCodec, codec: string];

// H.264 first, because RTMP carries it without transcoding; then what must be transcoded,
// cheapest to decode first; MP4 last, because browsers write it in whole key frame intervals.
// Plain `h264` precedes `avc1.42E01F`: a named level limits the encoder (3.1 ends at 720p),
// without one it uses what the video needs.
const VIDEO: [container: string, videos: NamedCodec[], audios: string[]][] = [
  [
    "video/webm",
    [
      ["h264", "h264"],
      ["h264", "avc1.42E01F"],
    ],
    ["opus"],
  ],
  ["video/x-matroska", [["h264", "avc1"]], ["opus"]],
  [
    "video/webm",
    [
      ["vp8", "vp8"],
      ["vp9", "vp9"],
      ["av1", "av1"],
    ],
    ["opus"],
  ],
  [
    "video/mp4",
    [
      ["h264", "avc1.640028"],
      ["h264", "avc1.42E01F"],
    ],
    ["mp4a.40.2", "opus"],
  ],
  [
    "video/mp4",
    [
      ["vp9", "vp9"],
      ["av1", "av01.0.05M.08"],
    ],
    ["opus"],
  ],
  ["video/mp4", [["hevc", "hvc1.1.6.L120.B0"]], ["mp4a.40.2", "opus"]],
];

const AUDIO: [container: string, audios: string[]][] = [
  ["audio/webm", ["opus"]],
  ["audio/mp4", ["mp4a.40.2", "opus"]],
];

/** A codec list contains commas, so it must be a quoted string (RFC 9110, 5.6.6). */
const mimeType = (container: string, ...codecs: string[]) =>
  `${container};codecs="${codecs.join(",")}"`;

function candidates({ hasVideo, hasAudio, codecs }: RequestedTracks): string[] {
  if (!hasVideo) {
    return AUDIO.flatMap(([container, audios]) =>
      audios.map((audio) => mimeType(container, audio)),
    );
  }
  return VIDEO.flatMap(([container, videos, audios]) =>
    videos
      .filter(([family]) => !codecs || codecs.includes(family))
      .flatMap(([, video]) =>
        hasAudio
          ? audios.map((audio) => mimeType(container, video, audio))
          : [mimeType(container, video)],
      ),
  );
}

/** The candidates that `isTypeSupported`, which is MediaRecorder's, accepts; best first. */
export function recorderOffers(
  requested: RequestedTracks,
  isTypeSupported: (mimeType: string) => boolean,
): Offer[] {
  return [...new Set(candidates(requested))]
    .filter((type) => isTypeSupported(type))
    .map((type) => ({ mimeType: type, engine: "media-recorder" }));
}
