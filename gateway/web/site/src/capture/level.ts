// Audio level in decibels relative to full scale, as meters show it.

const QUIETEST_DB = -60;

/** Of the loudest sample, because that one clips; -Infinity for silence. */
export function peakDb(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
  }
  return 20 * Math.log10(peak);
}

const FALLS_DB_PER_SECOND = 26;

/**
 * What a meter shows: rises immediately, so that no peak is missed; falls slowly, so that the eye
 * can follow.
 */
export const decayed = (shownDb: number, db: number, elapsedMs: number): number =>
  Math.max(db, shownDb - (FALLS_DB_PER_SECOND * elapsedMs) / 1_000);

/** The filled share of the meter, from 0 to 1. */
export const meterFraction = (db: number): number => Math.min(1, Math.max(0, 1 - db / QUIETEST_DB));

export type Loudness = "silent" | "quiet" | "good" | "loud";

export function loudness(db: number): Loudness {
  if (db < QUIETEST_DB) {
    return "silent";
  }
  if (db < -40) {
    return "quiet";
  }
  return db < -1 ? "good" : "loud";
}
