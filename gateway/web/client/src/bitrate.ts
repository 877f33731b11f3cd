// How many bits a second to ask the encoders for.

const AUDIO_BITS_PER_SECOND = 128_000;
const LEAST_AUDIO_BITS_PER_SECOND = 24_000;

// 0.09 bits a pixel gives 2.5 Mbit/s at 720p30 and 5.6 at 1080p30, in the middle of what platforms advise.
const BITS_PER_PIXEL = 0.09;
const LEAST_VIDEO_BITS_PER_SECOND = 300_000;
const MOST_VIDEO_BITS_PER_SECOND = 6_000_000;

// Browser encoders overshoot on busy pictures and the container adds its own.
const SHARE_OF_THE_LIMIT = 0.9;

const between = (least: number, value: number, most: number) =>
  Math.min(most, Math.max(least, value));

export interface Rateable {
  /** The settings of the tracks there are. */
  video?: MediaTrackSettings | undefined;
  audio?: MediaTrackSettings | undefined;
}

/** Bits per second; 0 for a track that is not there. */
export interface BitRates {
  video: number;
  audio: number;
}

/** What somebody asked for by name; what is left out is decided here. */
export interface WishedRates {
  video?: number | undefined;
  audio?: number | undefined;
}

function byThePicture({ width, height, frameRate }: MediaTrackSettings): number {
  const pixelsPerSecond = (width || 1280) * (height || 720) * (frameRate || 30);
  return between(
    LEAST_VIDEO_BITS_PER_SECOND,
    Math.round((pixelsPerSecond * BITS_PER_PIXEL) / 50_000) * 50_000,
    MOST_VIDEO_BITS_PER_SECOND,
  );
}

/** @param maxBitsPerSecond the gateway's limit for everything together, which is above every wish */
export function bitRates(
  { video, audio }: Rateable,
  wished: WishedRates = {},
  maxBitsPerSecond = Infinity,
): BitRates {
  const room = maxBitsPerSecond * SHARE_OF_THE_LIMIT;
  const wishedVideo = video ? (wished.video ?? byThePicture(video)) : 0;
  const wishedAudio = audio ? (wished.audio ?? AUDIO_BITS_PER_SECOND) : 0;
  if (wishedVideo + wishedAudio <= room) {
    return { video: wishedVideo, audio: wishedAudio };
  }
  // A viewer forgives a poor picture sooner than poor sound: audio gives way last, down to a floor.
  const audioShare = video ? room * 0.2 : room;
  const audioRate = audio
    ? Math.floor(
        between(Math.min(LEAST_AUDIO_BITS_PER_SECOND, wishedAudio), audioShare, wishedAudio),
      )
    : 0;
  const videoRate = Math.min(wishedVideo, Math.floor(room - audioRate));
  return { video: video ? Math.max(1, videoRate) : 0, audio: audioRate };
}
