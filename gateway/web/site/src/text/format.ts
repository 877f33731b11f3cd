// Numbers formatted for people. All functions accept undefined for an unknown value.

type Format = (value: number | undefined) => string;

export const UNKNOWN = "–";
const orUnknown =
  (format: (value: number) => string): Format =>
  (value) =>
    value !== undefined && Number.isFinite(value) ? format(value) : UNKNOWN;
const twoDigits = (value: number) => String(value).padStart(2, "0");

/** Milliseconds as a clock. */
export const duration = orUnknown((ms) => {
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}:${twoDigits(minutes)}` : minutes}:${twoDigits(seconds % 60)}`;
});

export const bytes = orUnknown((value) => {
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

/** Bits per second. */
export const bitRate = orUnknown((value) =>
  value < 999_500
    ? `${Math.round(value / 1_000)} kbit/s`
    : `${(value / 1_000_000).toFixed(value < 9_950_000 ? 2 : 1)} Mbit/s`,
);

export const frameRate = orUnknown((value) => `${Number(value.toFixed(1))} fps`);

export const speed = orUnknown((value) => `${value.toFixed(2)}×`);

/** Milliseconds: short values in milliseconds, long ones in seconds. */
export const delay = orUnknown((ms) =>
  ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`,
);

/** Milliseconds as seconds. */
export const seconds = orUnknown((ms) => `${(ms / 1000).toFixed(1)} s`);

export const count = orUnknown((value) => value.toLocaleString("en"));
