import type { MediaUnit } from "../engine.js";

/** What was dropped to keep the queue short. */
export interface Dropped {
  /** How many groups of pictures are incomplete or missing. */
  groups: number;
  frames: number;
}

/** How much may wait. */
export interface QueueLimit {
  maxMs: number;
  maxBytes: number;
  /** Which groups of pictures to keep when there are too many. */
  keeps: "oldest" | "newest";
}

const hasVideo = ({ kind }: MediaUnit) => kind === "video" || kind === "muxed";
const startsGroup = (unit: MediaUnit) => unit.key && hasVideo(unit);

/**
 * Media waiting to be sent, bounded. When it is too long, whole groups of pictures are dropped: a
 * decoder that misses part of a group shows garbage until the next one. Of a group that is partly
 * sent, the rest is dropped once it is too old; a group can be short, but it has no holes.
 *
 * While the network is slow, the newest groups are dropped, and separate audio is kept unless it is
 * too old itself. While there is no connection, the oldest are dropped, with their audio.
 */
export class MediaQueue {
  #units: MediaUnit[] = [];
  #limit: QueueLimit;
  /** After a drop, the encoder still delivers the rest of the dropped group; it is dropped too. */
  #awaitsKeyFrame = false;
  #bytes = 0;
  /** Of everything received, including what was dropped. */
  #newestMs = -Infinity;

  constructor(maxMs: number) {
    this.#limit = { maxMs, maxBytes: Infinity, keeps: "oldest" };
  }

  /** Applies from the next unit on. */
  set limit(limit: QueueLimit) {
    this.#limit = limit;
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

  /** More waits than is allowed: what cannot be dropped. */
  get isTooLong(): boolean {
    return this.spanMs > this.#limit.maxMs || this.#bytes > this.#limit.maxBytes;
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
    const dropped = this.isTooLong ? this.#drop() : null;
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
    this.#units = [];
    this.#bytes = 0;
  }

  #drop(): Dropped | null {
    return this.#remove(this.#limit.keeps === "oldest" ? this.#newest() : this.#oldest());
  }

  /** @returns what to drop so that the oldest groups remain */
  #newest(): (unit: MediaUnit, index: number) => boolean {
    const isTooOld = (unit: MediaUnit) => this.#newestMs - unit.capturedAtMs > this.#limit.maxMs;
    const firstDroppable = this.#units.findIndex(
      (unit) => (unit.droppable || unit.key) && hasVideo(unit),
    );
    const dropFrom = this.#units.some((unit) => hasVideo(unit) && isTooOld(unit))
      ? firstDroppable
      : this.#units.findIndex(startsGroup);
    this.#awaitsKeyFrame ||= dropFrom >= 0;
    return (unit, index) =>
      unit.kind === "audio" ? isTooOld(unit) : hasVideo(unit) && dropFrom >= 0 && index >= dropFrom;
  }

  /** @returns what to drop so that the newest groups remain */
  #oldest(): (unit: MediaUnit, index: number) => boolean {
    const hasPictures = this.#units.some(hasVideo);
    const from = this.#units.findIndex(isMedia);
    let bytes = this.#bytes;
    const keptFrom = this.#units.findIndex((unit, index) => {
      const canStart = index > from && (hasPictures ? startsGroup(unit) : isMedia(unit));
      const isShort = this.#newestMs - unit.capturedAtMs <= this.#limit.maxMs;
      const fits = canStart && isShort && bytes <= this.#limit.maxBytes;
      bytes -= index >= from ? unit.byteLength : 0;
      return fits;
    });
    this.#awaitsKeyFrame ||= keptFrom < 0 && hasPictures && this.#units.some(isDroppable);
    return (unit, index) => (keptFrom < 0 || index < keptFrom) && isDroppable(unit);
  }

  #remove(isDropped: (unit: MediaUnit, index: number) => boolean): Dropped | null {
    const dropped = this.#units.filter(isDropped);
    if (dropped.length === 0) {
      return null;
    }
    this.#units = this.#units.filter((unit, index) => !isDropped(unit, index));
    const count = (number: (unit: MediaUnit) => number) =>
      dropped.reduce((sum, unit) => sum + number(unit), 0);
    this.#bytes -= count((unit) => unit.byteLength);
    const wholeGroups = count((unit) => (startsGroup(unit) ? 1 : 0));
    const shortenedGroups = dropped.find(hasVideo)?.key === false ? 1 : 0;
    return { groups: wholeGroups + shortenedGroups, frames: count((unit) => unit.frames) };
  }
}

const isMedia = ({ kind }: MediaUnit) => kind !== "header" && kind !== "trailer";
const isDroppable = (unit: MediaUnit) => isMedia(unit) && (unit.droppable || unit.key);
