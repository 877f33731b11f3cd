// Which bit rates to ask the encoders for.

const AUDIO_BITS_PER_SECOND = 128_000;
const MIN_AUDIO_BITS_PER_SECOND = 24_000;

// 0.09 bits per pixel gives 2.5 Mbit/s at 720p30 and 5.6 at 1080p30, in the middle of what
// platforms recommend.
const BITS_PER_PIXEL = 0.09;
const MIN_VIDEO_BITS_PER_SECOND = 300_000;
const MAX_VIDEO_BITS_PER_SECOND = 6_000_000;

// Browser encoders overshoot on complex frames, and the container adds overhead.
const USABLE_SHARE_OF_LIMIT = 0.9;

const clamp = (least: number, value: number, most: number) =>
  Math.min(most, Math.max(least, value));

export interface TrackSettings {
  /** The settings of the tracks that exist. */
  video?: MediaTrackSettings | undefined;
  audio?: MediaTrackSettings | undefined;
}

/** Bits per second; 0 for a missing track. */
export interface BitRates {
  video: number;
  audio: number;
}

/** Rates that the caller asked for; missing ones get a default here. */
export interface RequestedBitRates {
  video?: number | undefined;
  audio?: number | undefined;
}

function defaultVideoBitRate({ width, height, frameRate }: MediaTrackSettings): number {
  const pixelsPerSecond = (width || 1280) * (height || 720) * (frameRate || 30);
  return clamp(
    MIN_VIDEO_BITS_PER_SECOND,
    Math.round((pixelsPerSecond * BITS_PER_PIXEL) / 50_000) * 50_000,
    MAX_VIDEO_BITS_PER_SECOND,
  );
}

/**
 * @param maxBitsPerSecond the gateway's limit for audio and video together; it overrides the
 * requested rates
 */
export function bitRates(
  { video, audio }: TrackSettings,
  wished: RequestedBitRates = {},
  maxBitsPerSecond = Infinity,
): BitRates {
  const room = maxBitsPerSecond * USABLE_SHARE_OF_LIMIT;
  const wishedVideo = video ? (wished.video ?? defaultVideoBitRate(video)) : 0;
  const wishedAudio = audio ? (wished.audio ?? AUDIO_BITS_PER_SECOND) : 0;
  if (wishedVideo + wishedAudio <= room) {
    return { video: wishedVideo, audio: wishedAudio };
  }
  // Viewers accept poor video more readily than poor audio: audio is reduced last, down to a
  // minimum.
  const audioShare = video ? room * 0.2 : room;
  const audioRate = audio
    ? Math.floor(clamp(Math.min(MIN_AUDIO_BITS_PER_SECOND, wishedAudio), audioShare, wishedAudio))
    : 0;
  const videoRate = Math.min(wishedVideo, Math.floor(room - audioRate));
  return { video: video ? Math.max(1, videoRate) : 0, audio: audioRate };
}
