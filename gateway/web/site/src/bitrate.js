// How many bits a second to ask the encoders for.

const AUDIO_BITS_PER_SECOND = 128_000;
const LEAST_AUDIO_BITS_PER_SECOND = 24_000;

// 0.09 bits a pixel gives 2.5 Mbit/s at 720p30 and 5.6 at 1080p30, in the middle of what platforms advise.
const BITS_PER_PIXEL = 0.09;
const LEAST_VIDEO_BITS_PER_SECOND = 300_000;
const MOST_VIDEO_BITS_PER_SECOND = 6_000_000;

// Browser encoders overshoot on busy pictures and the container adds its own.
const SHARE_OF_THE_LIMIT = 0.9;

const between = (least, value, most) => Math.min(most, Math.max(least, value));

/**
 * @typedef {{width?: number, height?: number, frameRate?: number}} VideoSettings
 * @typedef {{video: number, audio: number}} BitRates bits per second, 0 for a track that is not there
 */

/**
 * @param {{video?: VideoSettings, audio?: object}} tracks the settings of the tracks there are
 * @param {number} [maxBitsPerSecond] the server's limit for everything together
 * @returns {BitRates}
 */
export function bitRates({ video, audio }, maxBitsPerSecond = Infinity) {
  const room = maxBitsPerSecond * SHARE_OF_THE_LIMIT;
  const pixelsPerSecond =
    (video?.width ?? 1280) * (video?.height ?? 720) * (video?.frameRate ?? 30);
  const wishedVideo = video
    ? between(
        LEAST_VIDEO_BITS_PER_SECOND,
        Math.round((pixelsPerSecond * BITS_PER_PIXEL) / 50_000) * 50_000,
        MOST_VIDEO_BITS_PER_SECOND,
      )
    : 0;
  const wishedAudio = audio ? AUDIO_BITS_PER_SECOND : 0;
  if (wishedVideo + wishedAudio <= room) {
    return { video: wishedVideo, audio: wishedAudio };
  }
  // A viewer forgives a poor picture sooner than poor sound: audio gives way last, down to a floor.
  const audioShare = video ? room * 0.2 : room;
  const audioRate = audio
    ? Math.floor(between(LEAST_AUDIO_BITS_PER_SECOND, audioShare, wishedAudio))
    : 0;
  return { video: video ? Math.max(1, Math.floor(room - audioRate)) : 0, audio: audioRate };
}
