import type { Stats } from "sluice-client";

export const WINDOW_MS = 60_000;

/** One moment of a stream, for the charts. What nobody knows is undefined, and leaves a gap. */
export interface Moment {
  atMs: number;
  sentBitsPerSecond?: number | undefined;
  targetBitsPerSecond?: number | undefined;
  delayMs?: number | undefined;
  queuedMs?: number | undefined;
  encodedPerSecond?: number | undefined;
  writtenPerSecond?: number | undefined;
  /** Whether groups of pictures were dropped since the moment before. */
  dropped?: boolean;
}

/** The last minute. */
export class History {
  #moments: Moment[] = [];
  #droppedGroups = 0;

  /** Oldest first. */
  get moments(): readonly Moment[] {
    return this.#moments;
  }

  add(atMs: number, stats: Stats): void {
    this.#push({
      atMs,
      sentBitsPerSecond: stats.bitsPerSecond,
      targetBitsPerSecond: stats.target.videoBitsPerSecond || undefined,
      delayMs: stats.delayMs,
      queuedMs: stats.queuedMs,
      encodedPerSecond: stats.framesPerSecond,
      writtenPerSecond: stats.server?.framesPerSecond || undefined,
      dropped: stats.droppedGroups > this.#droppedGroups,
    });
    this.#droppedGroups = stats.droppedGroups;
  }

  /** Nothing is known of this moment: the connection is being made again. */
  gap(atMs: number): void {
    this.#push({ atMs });
  }

  #push(moment: Moment) {
    this.#moments.push(moment);
    // One older than the window stays, so that lines reach its edge.
    while ((this.#moments[1]?.atMs ?? Infinity) <= moment.atMs - WINDOW_MS) {
      this.#moments.shift();
    }
  }
}
