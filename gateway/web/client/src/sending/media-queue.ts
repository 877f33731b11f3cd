import type { MediaUnit } from "../engine.js";

/** What was left out to keep the queue short. */
export interface Dropped {
  /** How many groups of pictures lack something: all of it, or its end. */
  groups: number;
  frames: number;
}

const isPicture = ({ kind }: MediaUnit) => kind === "video" || kind === "both";

/**
 * What waits to be sent, bounded in time. What is too much is taken away in whole groups of pictures, newest included: a
 * decoder that misses a part of one shows garbage until the next. Audio that can be told apart is kept, as long as it is
 * not too old itself. Of a group that has been begun, the end goes too once it is too old; a group may be short, but it
 * has no holes.
 */
export class MediaQueue {
  readonly #units: MediaUnit[] = [];
  readonly #maxMs: number;
  /** After a drop the rest of the dropped group still comes from the encoder; it goes the same way. */
  #awaitsKey = false;
  #bytes = 0;
  /** Of all that has come, also of what was dropped. */
  #newestMs = -Infinity;

  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  get length(): number {
    return this.#units.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How much older the oldest unit is than the newest that has come, in milliseconds. */
  get spanMs(): number {
    const first = this.#units[0];
    return first ? Math.max(0, this.#newestMs - first.capturedAtMs) : 0;
  }

  /** @returns what had to go for it, if something had to */
  push(unit: MediaUnit): Dropped | null {
    this.#newestMs = Math.max(this.#newestMs, unit.capturedAtMs);
    const isRest = this.#awaitsKey && isPicture(unit) && !unit.key;
    if (!isRest) {
      this.#awaitsKey &&= !isPicture(unit);
      this.#units.push(unit);
      this.#bytes += unit.byteLength;
    }
    const dropped = this.spanMs > this.#maxMs ? this.#drop() : null;
    return isRest
      ? { groups: dropped?.groups ?? 0, frames: (dropped?.frames ?? 0) + unit.frames }
      : dropped;
  }

  shift(): MediaUnit | undefined {
    const unit = this.#units.shift();
    this.#bytes -= unit?.byteLength ?? 0;
    return unit;
  }

  clear(): void {
    this.#units.length = 0;
    this.#bytes = 0;
  }

  #drop(): Dropped | null {
    const firstKey = this.#units.findIndex((unit) => unit.key && isPicture(unit));
    const isTooOld = (unit: MediaUnit) => this.#newestMs - unit.capturedAtMs > this.#maxMs;
    const firstCut = this.#units.findIndex(
      (unit) => (unit.cuttable || unit.key) && isPicture(unit),
    );
    const cut = this.#units.some((unit) => isPicture(unit) && isTooOld(unit)) ? firstCut : firstKey;
    const goes = (unit: MediaUnit, index: number) =>
      unit.kind === "audio" ? isTooOld(unit) : isPicture(unit) && cut >= 0 && index >= cut;
    const gone = this.#units.filter(goes);
    if (gone.length === 0) {
      return null;
    }
    const kept = this.#units.filter((unit, index) => !goes(unit, index));
    this.#units.splice(0, this.#units.length, ...kept);
    const count = (number: (unit: MediaUnit) => number) =>
      gone.reduce((sum, unit) => sum + number(unit), 0);
    this.#bytes -= count((unit) => unit.byteLength);
    this.#awaitsKey ||= cut >= 0;
    const whole = count((unit) => (unit.key && isPicture(unit) ? 1 : 0));
    const cutShort = gone.find(isPicture)?.key === false ? 1 : 0;
    return { groups: whole + cutShort, frames: count((unit) => unit.frames) };
  }
}
