// Numbers as people read them. Everything takes undefined, which the gateway may send by leaving a field out.

const NOTHING = "–";
const present = (format) => (value) => (Number.isFinite(value) ? format(value) : NOTHING);
const two = (value) => String(value).padStart(2, "0");

/** @type {(ms?: number) => string} */
export const duration = present((ms) => {
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
});

/** @type {(bytes?: number) => string} */
export const bytes = present((value) => {
  if (value < 1_000) {
    return `${Math.round(value)} B`;
  }
  if (value < 1_000_000) {
    return `${Math.round(value / 1_000)} kB`;
  }
  return value < 1_000_000_000
    ? `${(value / 1_000_000).toFixed(1)} MB`
    : `${(value / 1_000_000_000).toFixed(2)} GB`;
});

/** @type {(bitsPerSecond?: number) => string} */
export const bitRate = present((value) =>
  value < 1_000_000
    ? `${Math.round(value / 1_000)} kbit/s`
    : `${(value / 1_000_000).toFixed(2)} Mbit/s`,
);

/** @type {(framesPerSecond?: number) => string} */
export const frameRate = present((value) => `${Number(value.toFixed(1))} fps`);

/** @type {(speed?: number) => string} */
export const speed = present((value) => `${value.toFixed(2)}×`);

/** @type {(ms?: number) => string} */
export const seconds = present((ms) => `${(ms / 1000).toFixed(1)} s`);

/** @type {(value?: number) => string} */
export const count = present((value) => String(value));

/**
 * @param {{video?: string, audio?: string}} opened what the gateway does with each track
 * @returns {string} one sentence
 */
export function handling({ video, audio }) {
  const words = { copy: "copied", transcode: "transcoded" };
  const parts = [video && `video ${words[video]}`, audio && `audio ${words[audio]}`];
  const sentence = parts.filter(Boolean).join(", ");
  return sentence ? sentence[0].toUpperCase() + sentence.slice(1) : NOTHING;
}
