import type { MediaUnit } from "../engine.js";

/** What was dropped to keep the queue short. */
export interface Dropped {
  /** How many groups of pictures are incomplete or missing. */
  groups: number;
  frames: number;
}

const hasVideo = ({ kind }: MediaUnit) => kind === "video" || kind === "muxed";

/**
 * Media waiting to be sent, bounded in time. When it is too long, whole groups of pictures are
 * dropped, including the newest: a decoder that misses part of a group shows garbage until the next
 * one. Separate audio is kept unless it is too old itself. Of a group that is partly sent, the rest
 * is dropped once it is too old; a group can be short, but it has no holes.
 */
export class MediaQueue {
  readonly #units: MediaUnit[] = [];
  readonly #maxMs: number;
  /** After a drop, the encoder still delivers the rest of the dropped group; it is dropped too. */
  #awaitsKeyFrame = false;
  #bytes = 0;
  /** Of everything received, including what was dropped. */
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

  /** The age of the oldest unit, relative to the newest received, in milliseconds. */
  get spanMs(): number {
    const first = this.#units[0];
    return first ? Math.max(0, this.#newestMs - first.capturedAtMs) : 0;
  }

  /** @returns what was dropped to make room, or null */
  push(unit: MediaUnit): Dropped | null {
    this.#newestMs = Math.max(this.#newestMs, unit.capturedAtMs);
    const isRemainder = this.#awaitsKeyFrame && hasVideo(unit) && !unit.key;
    if (!isRemainder) {
      this.#awaitsKeyFrame &&= !hasVideo(unit);
      this.#units.push(unit);
      this.#bytes += unit.byteLength;
    }
    const dropped = this.spanMs > this.#maxMs ? this.#drop() : null;
    return isRemainder
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
    const firstKey = this.#units.findIndex((unit) => unit.key && hasVideo(unit));
    const isTooOld = (unit: MediaUnit) => this.#newestMs - unit.capturedAtMs > this.#maxMs;
    const firstDroppable = this.#units.findIndex(
      (unit) => (unit.droppable || unit.key) && hasVideo(unit),
    );
    const dropFrom = this.#units.some((unit) => hasVideo(unit) && isTooOld(unit))
      ? firstDroppable
      : firstKey;
    const isDropped = (unit: MediaUnit, index: number) =>
      unit.kind === "audio" ? isTooOld(unit) : hasVideo(unit) && dropFrom >= 0 && index >= dropFrom;
    const dropped = this.#units.filter(isDropped);
    if (dropped.length === 0) {
      return null;
    }
    const kept = this.#units.filter((unit, index) => !isDropped(unit, index));
    this.#units.splice(0, this.#units.length, ...kept);
    const count = (number: (unit: MediaUnit) => number) =>
      dropped.reduce((sum, unit) => sum + number(unit), 0);
    this.#bytes -= count((unit) => unit.byteLength);
    this.#awaitsKeyFrame ||= dropFrom >= 0;
    const wholeGroups = count((unit) => (unit.key && hasVideo(unit) ? 1 : 0));
    const shortenedGroups = dropped.find(hasVideo)?.key === false ? 1 : 0;
    return { groups: wholeGroups + shortenedGroups, frames: count((unit) => unit.frames) };
  }
}
