import type { QueueLimit } from "./media-queue.js";

/** How much media is kept while there is no connection. */
export interface AwayLimits {
  maxMs: number;
  /** Of everything that is kept. */
  maxBytes: number;
}

/**
 * After an absence, the backlog must shrink by at least this share of the time that passes: a network
 * that is only just fast enough would leave the stream behind for good.
 */
const CATCH_UP_SHARE = 0.25;

/**
 * How much media may wait: little while there is a connection; all that may be kept while there is
 * none; and then less and less, until what has piled up is sent.
 */
export class Backlog {
  readonly #maxQueueMs: number;
  readonly #away: AwayLimits | null;
  /** Since when, and how much there was then; null while there is none. */
  #shrinks: { fromMs: number; spanMs: number } | null = null;
  #isAway = false;

  constructor(maxQueueMs: number, away: AwayLimits | null) {
    this.#maxQueueMs = maxQueueMs;
    this.#away = away;
  }

  attached(nowMs: number, queuedMs: number): void {
    this.#isAway = false;
    this.#shrinks = { fromMs: nowMs, spanMs: queuedMs };
  }

  detached(): void {
    this.#isAway = true;
    this.#shrinks = null;
  }

  /** Whether it is due to an absence, not to a slow network. */
  get isAfterAbsence(): boolean {
    return this.#isAway || this.#shrinks !== null;
  }

  /** @param retainedBytes what is kept besides the queue */
  limit(nowMs: number, queuedMs: number, retainedBytes: number): QueueLimit {
    const maxQueueMs = this.#maxQueueMs;
    if (queuedMs <= maxQueueMs) {
      this.#shrinks = null;
    }
    if (!this.#away || !this.isAfterAbsence) {
      return { maxMs: maxQueueMs, maxBytes: Infinity, keeps: "oldest" };
    }
    const { maxMs, maxBytes } = this.#away;
    const { fromMs, spanMs } = this.#shrinks ?? { fromMs: nowMs, spanMs: maxMs };
    const allowedMs = maxQueueMs + spanMs - CATCH_UP_SHARE * (nowMs - fromMs);
    return {
      maxMs: Math.min(maxMs, Math.max(maxQueueMs, allowedMs)),
      maxBytes: Math.max(0, maxBytes - retainedBytes),
      keeps: "newest",
    };
  }
}
