import type { Recording } from "./recording.js";
import { RateMeter } from "./sending/rate-meter.js";
import type { Stats } from "./types.js";

const NOTHING_SENT = {
  sentBytes: 0,
  acceptedBytes: 0,
  queuedMs: 0,
  queuedBytes: 0,
  keptBytes: 0,
  delayMs: undefined,
  bitsPerSecond: 0,
  target: { videoBitsPerSecond: 0, frameRate: 0, scale: 1 },
  droppedGroups: 0,
  droppedFrames: 0,
};

/** Collects a stream's statistics, and keeps the counts that outlive a recording. */
export class Statistics {
  readonly #now: () => number;
  #live: Recording | null = null;
  #frames = new RateMeter();
  #recordings = 0;
  #resumes = 0;
  #droppedGroups = 0;
  #droppedFrames = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A recording is live. The counts of the previous one are final. */
  began(recording: Recording): void {
    this.#recordings++;
    this.#droppedGroups += this.#live?.sending.droppedGroups ?? 0;
    this.#droppedFrames += this.#live?.sending.droppedFrames ?? 0;
    this.#live = recording;
    this.#frames = new RateMeter();
  }

  resumed(): void {
    this.#resumes++;
  }

  /** Call about once a second. */
  tick(): void {
    const frames = this.#live?.engine.encodedFrames;
    if (frames !== undefined) {
      this.#frames.sample(this.#now(), frames);
    }
  }

  get stats(): Stats {
    const live = this.#live;
    const sending = live?.sending ?? NOTHING_SENT;
    const nowMs = this.#now();
    return {
      ...sending,
      liveMs: nowMs - (live?.liveSinceMs ?? nowMs),
      encodedFrames: live?.engine.encodedFrames,
      framesPerSecond: this.#frames.perSecond,
      width: live?.engine.width,
      height: live?.engine.height,
      droppedGroups: this.#droppedGroups + sending.droppedGroups,
      droppedFrames: this.#droppedFrames + sending.droppedFrames,
      reconnects: Math.max(0, this.#recordings - 1),
      resumes: this.#resumes,
      server: live?.server ?? null,
    };
  }
}
