import type { ResumeGrant } from "../messages.js";
import type { PublishOptions } from "../types.js";
import type { QueueLimit } from "./media-queue.js";

const MAX_AWAY_MS = 30_000;
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** How much media is kept while there is no connection. */
export interface AwayLimits {
  maxMs: number;
  /** Of everything that is kept. */
  maxBytes: number;
}

/** @returns null if the recording ends with its connection */
export function awayLimits(
  grant: ResumeGrant | undefined,
  wished: PublishOptions["resume"],
): AwayLimits | null {
  return grant && wished !== false
    ? {
        maxMs: Math.min(grant.windowMs, wished?.maxMs ?? MAX_AWAY_MS),
        maxBytes: Math.min(grant.maxKeptBytes, wished?.maxBytes ?? MAX_KEPT_BYTES),
      }
    : null;
}

/**
 * After an absence, the backlog must shrink by at least this share of the time that passes: a network
 * that is only just fast enough would leave the stream behind for good.
 */
const CATCH_UP_SHARE = 0.25;

/**
 * After as long without a report, several of which come each second, the connection is probably
 * lost, and nothing is dropped for the network's sake until that is known.
 */
const SUSPICIOUS_AFTER_MS = 750;

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
  #heardAtMs = 0;

  constructor(maxQueueMs: number, away: AwayLimits | null) {
    this.#maxQueueMs = maxQueueMs;
    this.#away = away;
  }

  attached(nowMs: number, queuedMs: number): void {
    this.#isAway = false;
    this.#heardAtMs = nowMs;
    this.#shrinks = { fromMs: nowMs, spanMs: queuedMs };
  }

  /** The gateway has reported. */
  heard(nowMs: number, queuedMs: number): void {
    if (this.#isSuspicious(nowMs)) {
      this.attached(nowMs, queuedMs);
    }
    this.#heardAtMs = nowMs;
  }

  detached(): void {
    this.#isAway = true;
    this.#shrinks = null;
  }

  /** Whether it is due to an absence, not to a slow network. */
  isAfterAbsence(nowMs: number): boolean {
    return this.#isSuspicious(nowMs) || this.#shrinks !== null;
  }

  #isSuspicious(nowMs: number): boolean {
    return this.#away !== null && (this.#isAway || nowMs - this.#heardAtMs > SUSPICIOUS_AFTER_MS);
  }

  /** @param retainedBytes what is kept besides the queue */
  limit(nowMs: number, queuedMs: number, retainedBytes: number): QueueLimit {
    const maxQueueMs = this.#maxQueueMs;
    if (queuedMs <= maxQueueMs / 2) {
      this.#shrinks = null;
    }
    if (!this.#away || !this.isAfterAbsence(nowMs)) {
      return { maxMs: maxQueueMs, maxBytes: Infinity, keeps: "oldest" };
    }
    const { maxMs, maxBytes } = this.#away;
    return {
      maxMs: Math.min(maxMs, Math.max(maxQueueMs, this.#allowedMs(nowMs))),
      maxBytes: Math.max(0, maxBytes - retainedBytes),
      keeps: "newest",
    };
  }

  #allowedMs(nowMs: number): number {
    if (!this.#shrinks || this.#isSuspicious(nowMs)) {
      return Infinity;
    }
    const { fromMs, spanMs } = this.#shrinks;
    return this.#maxQueueMs + spanMs - CATCH_UP_SHARE * (nowMs - fromMs);
  }
}
