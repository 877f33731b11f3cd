import type { Target } from "../types.js";
import { ladder } from "./encoding-ladder.js";

/** What the network looks like. */
export interface Reading {
  nowMs: number;
  /** Media that waits to be sent. */
  queuedMs: number;
  /** How much longer media takes on its way to FFmpeg than it did at best. */
  extraDelayMs: number;
  /** Everything that was acknowledged lately, audio included; undefined as long as nothing was. */
  throughputBitsPerSecond: number | undefined;
  /** Everything that the encoders made lately; undefined as long as that is not known. */
  encodedBitsPerSecond: number | undefined;
}

/** More waits, or takes longer, than any jitter explains. */
const CONGESTED_QUEUE_MS = 400;
const CONGESTED_DELAY_MS = 600;
const CLEAR_QUEUE_MS = 150;
const CLEAR_DELAY_MS = 250;

/** What gets through is known that late. */
const LOWER_EVERY_MS = 1_000;
/** While nothing has been measured, and when a cut by measure was not enough. */
const CUT_FACTOR = 0.7;
const CUT_AGAIN_AFTER_MS = 4_000;
/** Of what gets through: the rest is to empty the queue. */
const SHARE_OF_THROUGHPUT = 0.8;
const LEAST_VIDEO_BITS_PER_SECOND = 100_000;

/** A key frame among few frames is no disobedience. */
const MOST_OVERSHOOT = 1.6;

const RAISE_EVERY_MS = 2_000;
const BRISK_FACTOR = 1.5;
const CAREFUL_FACTOR = 1.15;

/** How long to stay after a cut before trying more, doubled each time that trying more was wrong. */
const FIRST_HOLD_MS = 4_000;
const LONGEST_HOLD_MS = 60_000;
const WRONG_RAISE_MS = 8_000;

/**
 * Decides what the video encoder is asked for: less when media begins to wait, soon and by what really gets through;
 * more when it has long been clear, in small steps, and ever more rarely where trying has failed.
 */
export class Adaptation {
  target: Target;

  readonly #full: Target;
  readonly #audioBitsPerSecond: number;
  #lookedAtMs = -Infinity;
  #backlogMs = 0;
  #loweredAtMs = -Infinity;
  #raisedAtMs = -Infinity;
  #clearSinceMs: number | undefined;
  #holdMs = FIRST_HOLD_MS;
  #factor = BRISK_FACTOR;
  /** What was too much the last time that trying more was wrong. */
  #tooMuch = Infinity;

  constructor(full: Target, audioBitsPerSecond: number) {
    this.#full = full;
    this.#audioBitsPerSecond = audioBitsPerSecond;
    this.target = full;
  }

  /** @returns which way the target has changed, or null */
  read(reading: Reading): "lowered" | "raised" | null {
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
    const mayRaise =
      nowMs - this.#clearSinceMs >= RAISE_EVERY_MS &&
      nowMs - this.#raisedAtMs >= RAISE_EVERY_MS &&
      nowMs - this.#loweredAtMs >= this.#holdMs;
    return mayRaise ? this.#raise(nowMs) : null;
  }

  /** What has piled up takes its time to go, and while it goes, what is asked for is little enough already. */
  #isShrinking(nowMs: number, backlogMs: number): boolean {
    if (nowMs - this.#lookedAtMs < LOWER_EVERY_MS) {
      return true;
    }
    const shrinks = nowMs - this.#lookedAtMs < 2 * LOWER_EVERY_MS && backlogMs < this.#backlogMs;
    this.#lookedAtMs = nowMs;
    this.#backlogMs = backlogMs;
    return shrinks;
  }

  #lower(reading: Reading): "lowered" | null {
    const { nowMs, throughputBitsPerSecond } = reading;
    const passes =
      throughputBitsPerSecond === undefined
        ? this.target.videoBitsPerSecond * CUT_FACTOR
        : throughputBitsPerSecond * SHARE_OF_THROUGHPUT - this.#audioBitsPerSecond;
    const isStuck = nowMs - this.#loweredAtMs >= CUT_AGAIN_AFTER_MS;
    const most = this.target.videoBitsPerSecond * (isStuck ? CUT_FACTOR : 1);
    const obeyed = Math.min(passes, most) * this.#obedience(reading);
    const wanted = Math.max(LEAST_VIDEO_BITS_PER_SECOND, obeyed);
    const before = this.target.videoBitsPerSecond;
    if (!this.#become(wanted)) {
      return null;
    }
    if (nowMs - this.#raisedAtMs < WRONG_RAISE_MS) {
      this.#holdMs = Math.min(LONGEST_HOLD_MS, this.#holdMs * 2);
      this.#factor = CAREFUL_FACTOR;
      this.#tooMuch = before;
    }
    this.#raisedAtMs = -Infinity;
    this.#loweredAtMs = nowMs;
    return "lowered";
  }

  /** On pictures that cannot be compressed, noise or rain, encoders make many times what they are asked for. */
  #obedience({ encodedBitsPerSecond }: Reading): number {
    const asked = this.target.videoBitsPerSecond + this.#audioBitsPerSecond;
    const ratio = (encodedBitsPerSecond ?? asked) / asked;
    return ratio > MOST_OVERSHOOT ? 1 / ratio : 1;
  }

  #raise(nowMs: number): "raised" | null {
    const wanted = Math.min(
      this.#full.videoBitsPerSecond,
      this.target.videoBitsPerSecond * this.#factor,
    );
    const { videoBitsPerSecond } = this.target;
    if (videoBitsPerSecond > this.#tooMuch || videoBitsPerSecond === wanted) {
      // What was learnt about the network before is out of date.
      this.#holdMs = FIRST_HOLD_MS;
      this.#factor = BRISK_FACTOR;
    }
    if (!this.#become(wanted)) {
      return null;
    }
    this.#raisedAtMs = nowMs;
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
