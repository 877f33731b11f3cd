import type { PublishAttempt } from "./publish-attempt.js";
import { RateMeter } from "./sending/rate-meter.js";
import type { Stats } from "./types.js";

const NOTHING_SENT = {
  sentBytes: 0,
  acceptedBytes: 0,
  queuedMs: 0,
  queuedBytes: 0,
  delayMs: undefined,
  bitsPerSecond: 0,
  target: { videoBitsPerSecond: 0, frameRate: 0, scale: 1 },
  droppedGroups: 0,
  droppedFrames: 0,
};

/** Collects a stream's statistics, and keeps the counts that outlive a connection. */
export class Statistics {
  readonly #now: () => number;
  #frames = new RateMeter();
  #connections = 0;
  #droppedGroups = 0;
  #droppedFrames = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param previous the attempt that was live before; its counts are final */
  connected(previous: PublishAttempt | null): void {
    this.#connections++;
    this.#droppedGroups += previous?.sending?.droppedGroups ?? 0;
    this.#droppedFrames += previous?.sending?.droppedFrames ?? 0;
    this.#frames = new RateMeter();
  }

  /** Call about once a second. */
  tick(live: PublishAttempt | null): void {
    const frames = live?.engine?.encodedFrames;
    if (frames !== undefined) {
      this.#frames.sample(this.#now(), frames);
    }
  }

  of(live: PublishAttempt | null): Stats {
    const sending = live?.sending ?? NOTHING_SENT;
    const nowMs = this.#now();
    return {
      ...sending,
      liveMs: nowMs - (live?.liveSinceMs ?? nowMs),
      encodedFrames: live?.engine?.encodedFrames,
      framesPerSecond: this.#frames.perSecond,
      width: live?.engine?.width,
      height: live?.engine?.height,
      droppedGroups: this.#droppedGroups + sending.droppedGroups,
      droppedFrames: this.#droppedFrames + sending.droppedFrames,
      reconnects: Math.max(0, this.#connections - 1),
      server: live?.server ?? null,
    };
  }
}
