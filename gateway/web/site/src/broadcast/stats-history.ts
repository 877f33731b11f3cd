import type { Stats } from "sluice-client";

export const WINDOW_MS = 60_000;

/** One point of the charts. Unknown values are undefined and leave a gap. */
export interface StatsSample {
  atMs: number;
  sentBitsPerSecond?: number | undefined;
  targetBitsPerSecond?: number | undefined;
  delayMs?: number | undefined;
  queuedMs?: number | undefined;
  encodedPerSecond?: number | undefined;
  writtenPerSecond?: number | undefined;
  /** Whether groups of pictures were dropped since the previous sample. */
  dropped?: boolean;
}

/** The last minute. */
export class StatsHistory {
  #samples: StatsSample[] = [];
  #droppedGroups = 0;

  /** Oldest first. */
  get samples(): readonly StatsSample[] {
    return this.#samples;
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

  /** Nothing is known about this time: the stream is reconnecting. */
  addGap(atMs: number): void {
    this.#push({ atMs });
  }

  #push(sample: StatsSample) {
    this.#samples.push(sample);
    // One sample older than the window stays, so that lines reach its edge.
    while ((this.#samples[1]?.atMs ?? Infinity) <= sample.atMs - WINDOW_MS) {
      this.#samples.shift();
    }
  }
}
