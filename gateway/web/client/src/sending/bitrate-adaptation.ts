import type { Target } from "../types.js";
import { targetFor } from "./encoding-ladder.js";

/** What was measured of the network. */
export interface NetworkReading {
  nowMs: number;
  /** Media waiting to be sent. */
  queuedMs: number;
  /** How much longer media takes to reach FFmpeg than in the best case. */
  extraDelayMs: number;
  /** Everything acknowledged recently, audio included; undefined until something was. */
  throughputBitsPerSecond: number | undefined;
  /** Everything encoded recently; undefined until it is known. */
  encodedBitsPerSecond: number | undefined;
}

/** A larger queue or delay than jitter explains. */
const CONGESTED_QUEUE_MS = 400;
const CONGESTED_DELAY_MS = 600;
const CLEAR_QUEUE_MS = 150;
const CLEAR_DELAY_MS = 250;

/** How late changes in throughput are noticed. */
const LOWER_EVERY_MS = 1_000;
/** Used before anything has been measured, and when lowering by measurement was not enough. */
const CUT_FACTOR = 0.7;
const CUT_AGAIN_AFTER_MS = 4_000;
/** Share of the throughput to use; the rest drains the queue. */
const THROUGHPUT_SHARE = 0.8;
const MIN_VIDEO_BITS_PER_SECOND = 100_000;

/** A key frame among few frames does not count as overshoot. */
const MAX_OVERSHOOT = 1.6;

const RAISE_EVERY_MS = 2_000;
const FAST_RAISE_FACTOR = 1.5;
const SLOW_RAISE_FACTOR = 1.15;

/** How long to wait after lowering before raising again; doubled each time raising failed. */
const INITIAL_HOLD_MS = 4_000;
const MAX_HOLD_MS = 60_000;
const FAILED_RAISE_MS = 8_000;

/**
 * Sets the video encoder's target: lowers it quickly, to the measured throughput, when media queues
 * up; raises it in small steps after the network has been clear for long, and less often where
 * raising has failed.
 */
export class BitrateAdaptation {
  target: Target;

  readonly #full: Target;
  readonly #audioBitsPerSecond: number;
  #checkedAtMs = -Infinity;
  #backlogMs = 0;
  #loweredAtMs = -Infinity;
  #raisedAtMs = -Infinity;
  #clearSinceMs: number | undefined;
  #holdMs = INITIAL_HOLD_MS;
  #factor = FAST_RAISE_FACTOR;
  /** The rate that was too high the last time raising failed. */
  #failedRate = Infinity;

  constructor(full: Target, audioBitsPerSecond: number) {
    this.#full = full;
    this.#audioBitsPerSecond = audioBitsPerSecond;
    this.target = full;
  }

  /** What was measured holds no longer, and the backlog is not the network's fault: it may drain first. */
  forget(nowMs: number): void {
    this.#checkedAtMs = nowMs;
    this.#backlogMs = Infinity;
    this.#clearSinceMs = undefined;
    this.#failedRate = Infinity;
    this.#holdMs = INITIAL_HOLD_MS;
    this.#factor = FAST_RAISE_FACTOR;
  }

  /** @returns how the target has changed, or null */
  update(reading: NetworkReading): "lowered" | "raised" | null {
    const { nowMs, queuedMs, extraDelayMs } = reading;
    if (queuedMs > CONGESTED_QUEUE_MS || extraDelayMs > CONGESTED_DELAY_MS) {
      this.#clearSinceMs = undefined;
      return this.#isShrinking(nowMs, queuedMs + extraDelayMs) ? null : this.#lower(reading);
    }
    if (queuedMs > CLEAR_QUEUE_MS || extraDelayMs > CLEAR_DELAY_MS) {
      this.#clearSinceMs = undefined;
      return null;
    }
    this.#clearSinceMs ??= nowMs;
    const canRaise =
      nowMs - this.#clearSinceMs >= RAISE_EVERY_MS &&
      nowMs - this.#raisedAtMs >= RAISE_EVERY_MS &&
      nowMs - this.#loweredAtMs >= this.#holdMs;
    return canRaise ? this.#raise(nowMs) : null;
  }

  /** A backlog takes time to drain; while it drains, the target is low enough already. */
  #isShrinking(nowMs: number, backlogMs: number): boolean {
    if (nowMs - this.#checkedAtMs < LOWER_EVERY_MS) {
      return true;
    }
    const shrinks = nowMs - this.#checkedAtMs < 2 * LOWER_EVERY_MS && backlogMs < this.#backlogMs;
    this.#checkedAtMs = nowMs;
    this.#backlogMs = backlogMs;
    return shrinks;
  }

  #lower(reading: NetworkReading): "lowered" | null {
    const { nowMs, throughputBitsPerSecond } = reading;
    const available =
      throughputBitsPerSecond === undefined
        ? this.target.videoBitsPerSecond * CUT_FACTOR
        : throughputBitsPerSecond * THROUGHPUT_SHARE - this.#audioBitsPerSecond;
    const isStuck = nowMs - this.#loweredAtMs >= CUT_AGAIN_AFTER_MS;
    const most = this.target.videoBitsPerSecond * (isStuck ? CUT_FACTOR : 1);
    const corrected = Math.min(available, most) * this.#overshootCorrection(reading);
    const wanted = Math.max(MIN_VIDEO_BITS_PER_SECOND, corrected);
    const before = this.target.videoBitsPerSecond;
    if (!this.#applyRate(wanted)) {
      return null;
    }
    if (nowMs - this.#raisedAtMs < FAILED_RAISE_MS) {
      this.#holdMs = Math.min(MAX_HOLD_MS, this.#holdMs * 2);
      this.#factor = SLOW_RAISE_FACTOR;
      this.#failedRate = before;
    }
    this.#raisedAtMs = -Infinity;
    this.#loweredAtMs = nowMs;
    return "lowered";
  }

  /**
   * On content that cannot be compressed (noise, rain) encoders produce many times their target.
   */
  #overshootCorrection({ encodedBitsPerSecond }: NetworkReading): number {
    const asked = this.target.videoBitsPerSecond + this.#audioBitsPerSecond;
    const ratio = (encodedBitsPerSecond ?? asked) / asked;
    return ratio > MAX_OVERSHOOT ? 1 / ratio : 1;
  }

  #raise(nowMs: number): "raised" | null {
    const wanted = Math.min(
      this.#full.videoBitsPerSecond,
      this.target.videoBitsPerSecond * this.#factor,
    );
    const { videoBitsPerSecond } = this.target;
    if (videoBitsPerSecond > this.#failedRate || videoBitsPerSecond === wanted) {
      // What was learned about the network is out of date.
      this.#holdMs = INITIAL_HOLD_MS;
      this.#factor = FAST_RAISE_FACTOR;
    }
    if (!this.#applyRate(wanted)) {
      return null;
    }
    this.#raisedAtMs = nowMs;
    return "raised";
  }

  #applyRate(videoBitsPerSecond: number): boolean {
    const rate = Math.min(Math.round(videoBitsPerSecond), this.#full.videoBitsPerSecond);
    if (rate === this.target.videoBitsPerSecond) {
      return false;
    }
    this.target = targetFor(rate, this.#full, this.target);
    return true;
  }
}
