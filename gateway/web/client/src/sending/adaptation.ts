import type { Target } from "../types.js";
import { ladder } from "./ladder.js";

/** What the network looks like. */
export interface Reading {
  nowMs: number;
  /** Media that waits to be sent. */
  queuedMs: number;
  /** Capture until FFmpeg has it; undefined as long as nothing has been acknowledged. */
  delayMs: number | undefined;
  /** Everything that was acknowledged lately, audio included; undefined as long as nothing was. */
  throughputBitsPerSecond: number | undefined;
}

/** More waits than any jitter explains. The gateway reports once a second, so a delay is known that late. */
const CONGESTED_QUEUE_MS = 400;
const CONGESTED_DELAY_MS = 1_000;
const CLEAR_QUEUE_MS = 150;
const CLEAR_DELAY_MS = 500;

/** After a cut the effect has to be seen before the next one: the queue empties first. */
const LOWER_EVERY_MS = 1_500;
const RAISE_EVERY_MS = 2_000;
const RAISE_FACTOR = 1.2;
const CUT_FACTOR = 0.7;
/** Of what went through while it was congested: the rest is to empty the queue. */
const SHARE_OF_THROUGHPUT = 0.8;
const LEAST_VIDEO_BITS_PER_SECOND = 100_000;

/** How long to stay after a cut before trying more, doubled each time that trying more was wrong. */
const FIRST_HOLD_MS = 4_000;
const LONGEST_HOLD_MS = 60_000;
const WRONG_RAISE_MS = 6_000;

/**
 * Decides what the video encoder is asked for: less when media begins to wait, soon and by what really gets through;
 * more when it has long been clear, in small steps, and ever more rarely where trying has failed.
 */
export class Adaptation {
  target: Target;

  readonly #full: Target;
  readonly #audioBitsPerSecond: number;
  #loweredAtMs = -Infinity;
  #raisedAtMs = -Infinity;
  #clearSinceMs: number | undefined;
  #holdMs = FIRST_HOLD_MS;

  constructor(full: Target, audioBitsPerSecond: number) {
    this.#full = full;
    this.#audioBitsPerSecond = audioBitsPerSecond;
    this.target = full;
  }

  /** @returns which way the target has changed, or null */
  read(reading: Reading): "lowered" | "raised" | null {
    const { nowMs, queuedMs, delayMs = 0 } = reading;
    if (queuedMs > CONGESTED_QUEUE_MS || delayMs > CONGESTED_DELAY_MS) {
      this.#clearSinceMs = undefined;
      return nowMs - this.#loweredAtMs >= LOWER_EVERY_MS ? this.#lower(reading) : null;
    }
    if (queuedMs > CLEAR_QUEUE_MS || delayMs > CLEAR_DELAY_MS) {
      this.#clearSinceMs = undefined;
      return null;
    }
    this.#clearSinceMs ??= nowMs;
    const mayRaise =
      nowMs - this.#clearSinceMs >= RAISE_EVERY_MS &&
      nowMs - this.#raisedAtMs >= RAISE_EVERY_MS &&
      nowMs - this.#loweredAtMs >= this.#holdMs;
    return mayRaise ? this.#raise(nowMs) : null;
  }

  #lower({ nowMs, throughputBitsPerSecond }: Reading): "lowered" | null {
    if (nowMs - this.#raisedAtMs < WRONG_RAISE_MS) {
      this.#holdMs = Math.min(LONGEST_HOLD_MS, this.#holdMs * 2);
    }
    this.#loweredAtMs = nowMs;
    const passed = (throughputBitsPerSecond ?? Infinity) * SHARE_OF_THROUGHPUT;
    const wanted = Math.min(
      this.target.videoBitsPerSecond * CUT_FACTOR,
      passed - this.#audioBitsPerSecond,
    );
    return this.#become(Math.max(LEAST_VIDEO_BITS_PER_SECOND, wanted)) ? "lowered" : null;
  }

  #raise(nowMs: number): "raised" | null {
    this.#raisedAtMs = nowMs;
    const wanted = Math.min(
      this.#full.videoBitsPerSecond,
      this.target.videoBitsPerSecond * RAISE_FACTOR,
    );
    if (!this.#become(wanted)) {
      // All is well again: what was learnt about the network before is out of date.
      this.#holdMs = FIRST_HOLD_MS;
      return null;
    }
    return "raised";
  }

  #become(videoBitsPerSecond: number): boolean {
    const rate = Math.min(Math.round(videoBitsPerSecond), this.#full.videoBitsPerSecond);
    if (rate === this.target.videoBitsPerSecond) {
      return false;
    }
    this.target = ladder(rate, this.#full, this.target);
    return true;
  }
}
