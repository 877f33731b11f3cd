import type { Offer } from "../engine.js";
import type { PublishOptions, VideoCodec } from "../types.js";
import { audioConfig, videoConfig } from "./encoder-config.js";
import { codecStrings, mimeType, parse, type VideoSettings } from "./formats.js";

/** RTMP carries H.264 without transcoding; of the others, the cheapest to decode comes first. */
const VIDEO_CODECS: VideoCodec[] = ["h264", "vp8", "vp9", "av1", "hevc"];

/** RTMP carries AAC without transcoding; the gateway transcodes Opus, which is cheap. */
const AUDIO_CODECS = ["mp4a.40.2", "opus"];

const PROBE_TARGET = { videoBitsPerSecond: 1_000_000, scale: 1 };

/**
 * Whether this browser can read the frames of a track and encode them. Firefox and Safari cannot
 * read them in pages.
 */
export const hasWebCodecs = (): boolean =>
  typeof MediaStreamTrackProcessor !== "undefined" &&
  typeof VideoEncoder !== "undefined" &&
  typeof AudioEncoder !== "undefined";

/** What the track delivers, or typical camera values where the browser does not report them. */
export function videoSettingsOf(track: MediaStreamTrack, maxFrameRate = Infinity): VideoSettings {
  const { width = 1_280, height = 720, frameRate = 30 } = track.getSettings();
  // A canvas or a screen may report 0, which means a variable rate.
  return { width, height, frameRate: Math.min(frameRate || 30, maxFrameRate) };
}

/** What this browser can encode of these tracks, best for the gateway first. */
export async function webCodecsOffers(
  source: MediaStream,
  options: Pick<PublishOptions, "video">,
): Promise<Offer[]> {
  if (!hasWebCodecs()) {
    return [];
  }
  const videoTrack = source.getVideoTracks()[0];
  const videos = videoTrack
    ? await videoCodecs(
        videoSettingsOf(videoTrack, options.video?.frameRate),
        options.video?.codecs,
      )
    : [undefined];
  const audios = source.getAudioTracks().length > 0 ? await audioCodecs() : [undefined];
  return videos.flatMap((video) =>
    audios
      .filter((audio) => video !== undefined || audio !== undefined)
      .map((audio) => ({ mimeType: mimeType(video, audio), engine: "webcodecs" as const })),
  );
}

async function videoCodecs(videoSettings: VideoSettings, wanted = VIDEO_CODECS): Promise<string[]> {
  const found = await Promise.all(
    VIDEO_CODECS.filter((codec) => wanted.includes(codec)).map(async (codec) => {
      for (const name of codecStrings(codec, videoSettings)) {
        const video = parse(mimeType(name, undefined)).video!;
        const target = { ...PROBE_TARGET, frameRate: videoSettings.frameRate };
        if (await supported(VideoEncoder, videoConfig(video, videoSettings, target))) {
          return name;
        }
      }
      return undefined;
    }),
  );
  return found.filter((name) => name !== undefined);
}

async function audioCodecs(): Promise<string[]> {
  const found = await Promise.all(
    AUDIO_CODECS.map(async (name) => {
      const audio = parse(mimeType(undefined, name)).audio!;
      return (await supported(AudioEncoder, audioConfig(audio, 48_000, 2, 128_000))) && name;
    }),
  );
  return found.filter((name) => name !== false);
}

async function supported<C>(
  encoder: { isConfigSupported(config: C): Promise<{ supported?: boolean }> },
  config: C,
): Promise<boolean> {
  try {
    return (await encoder.isConfigSupported(config)).supported === true;
  } catch {
    // A codec string unknown to the browser causes a TypeError.
    return false;
  }
}
