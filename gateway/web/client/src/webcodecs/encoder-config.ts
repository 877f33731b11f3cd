import type { Target } from "../types.js";
import type { Format, VideoSettings } from "./formats.js";

const even = (pixels: number) => Math.max(2, 2 * Math.round(pixels / 2));

/** The size of the encoded video. Subsampled chroma needs even numbers. */
export const scaledSize = ({ width, height }: VideoSettings, scale: number) => ({
  width: even(width * scale),
  height: even(height * scale),
});

/**
 * A resized window or a rotated phone changes the aspect ratio; the encoder's level does not permit
 * more pixels.
 */
export function fitWithin(width: number, height: number, within: VideoSettings): VideoSettings {
  const shrink = Math.min(1, Math.sqrt((within.width * within.height) / (width * height)));
  return { ...within, width: width * shrink, height: height * shrink };
}

export function videoConfig(
  { codec, container }: NonNullable<Format["video"]>,
  videoSettings: VideoSettings,
  target: Target,
): VideoEncoderConfig {
  return {
    codec,
    ...scaledSize(videoSettings, target.scale),
    bitrate: target.videoBitsPerSecond,
    framerate: target.frameRate,
    latencyMode: "realtime",
    // With the parameter sets in the stream, before each key frame, the size can change while
    // live.
    ...(container === "avc" && { avc: { format: "annexb" } }),
    ...(container === "hevc" && { hevc: { format: "annexb" } }),
  };
}

export function audioConfig(
  { codec }: NonNullable<Format["audio"]>,
  sampleRate: number,
  numberOfChannels: number,
  bitrate: number,
): AudioEncoderConfig {
  return { codec, sampleRate, numberOfChannels, bitrate };
}
