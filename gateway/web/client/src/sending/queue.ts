import type { MediaUnit } from "../engine.js";

/** What was left out to keep the queue short. */
export interface Dropped {
  groups: number;
  frames: number;
}

const isPicture = ({ kind }: MediaUnit) => kind === "video" || kind === "both";

/**
 * What waits to be sent, bounded in time. What is too much is taken away in whole groups of pictures that have not been
 * begun: a decoder that misses a part of one shows garbage until the next, so a group whose first unit has left is
 * sent to its end. Audio that can be told apart is kept, as long as it is not too old itself.
 */
export class MediaQueue {
  readonly #units: MediaUnit[] = [];
  readonly #maxMs: number;
  /** After a drop the rest of the dropped group still comes from the encoder; it goes the same way. */
  #awaitsKey = false;
  #bytes = 0;

  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  get length(): number {
    return this.#units.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How much older the oldest unit is than the newest, in milliseconds. */
  get spanMs(): number {
    const first = this.#units[0];
    const last = this.#units.at(-1);
    return first && last ? Math.max(0, last.capturedAtMs - first.capturedAtMs) : 0;
  }

  /** @returns what had to go for it, if something had to */
  push(unit: MediaUnit): Dropped | null {
    if (this.#awaitsKey && isPicture(unit)) {
      if (!unit.key) {
        return { groups: 0, frames: unit.frames };
      }
      this.#awaitsKey = false;
    }
    this.#units.push(unit);
    this.#bytes += unit.byteLength;
    return this.spanMs > this.#maxMs ? this.#drop() : null;
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
    const newest = this.#units.at(-1)?.capturedAtMs ?? 0;
    const firstKey = this.#units.findIndex((unit) => unit.key && isPicture(unit));
    const goes = (unit: MediaUnit, index: number) =>
      (firstKey >= 0 && index >= firstKey && isPicture(unit)) ||
      (unit.kind === "audio" && newest - unit.capturedAtMs > this.#maxMs);
    const gone = this.#units.filter(goes);
    if (gone.length === 0) {
      return null;
    }
    const kept = this.#units.filter((unit, index) => !goes(unit, index));
    this.#units.splice(0, this.#units.length, ...kept);
    const count = (number: (unit: MediaUnit) => number) =>
      gone.reduce((sum, unit) => sum + number(unit), 0);
    this.#bytes -= count((unit) => unit.byteLength);
    this.#awaitsKey ||= firstKey >= 0;
    const groups = count((unit) => (unit.key && isPicture(unit) ? 1 : 0));
    return { groups, frames: count((unit) => unit.frames) };
  }
}
