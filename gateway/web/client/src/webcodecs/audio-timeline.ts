/** Audio that is late or early by more than this has a gap; less is drift, which is followed. */
const GAP_MS = 100;

/** A longer gap is not filled: the computer slept. */
const MAX_FILL_MS = 5_000;

/**
 * How fast the timeline follows the drift between a sound card and the clock, per second:
 * inaudible.
 */
const SLEW_MS_PER_SECOND = 2;

/** What to do with a block of audio. */
export type Placement =
  | { action: "encode" }
  /** A gap precedes it, to be filled with silence. */
  | { action: "fill-then-encode"; frames: number }
  /** Its time has already been filled. */
  | { action: "drop" };

/**
 * When each sample was captured. Encoders count samples from the first one, and a sound card's
 * second is not exactly the clock's: after an evening the two differ by a second. So samples stay
 * contiguous, and the timeline follows the clock.
 */
export class AudioTimeline {
  #originMs: number | undefined;
  #frames = 0;

  constructor(readonly sampleRate: number) {}

  /** Audio frames encoded so far: the encoder's own time. */
  get frames(): number {
    return this.#frames;
  }

  /** When the next sample is due, on the page's clock. */
  get endMs(): number | undefined {
    return this.#originMs === undefined ? undefined : this.#originMs + this.#ms(this.#frames);
  }

  /** @param encoderMs of a packet, in the encoder's own time */
  toPageTime(encoderMs: number): number {
    return (this.#originMs ?? 0) + encoderMs;
  }

  advance(frames: number): void {
    this.#frames += frames;
  }

  /**
   * @param afterMs how late audio may be before that counts as silence
   * @returns how many frames of silence reduce the lag to half of that; 0 below the limit
   */
  missingFrames(nowMs: number, afterMs: number): number {
    const behindMs = nowMs - (this.endMs ?? nowMs);
    const fillMs = Math.min(behindMs - afterMs / 2, MAX_FILL_MS);
    return behindMs < afterMs ? 0 : Math.round((fillMs * this.sampleRate) / 1_000);
  }

  place(startMs: number, frames: number): Placement {
    this.#originMs ??= startMs;
    const lateMs = startMs - (this.endMs ?? startMs);
    if (lateMs < -GAP_MS) {
      return { action: "drop" };
    }
    if (lateMs > MAX_FILL_MS) {
      this.#originMs += lateMs;
    } else if (lateMs > GAP_MS) {
      return { action: "fill-then-encode", frames: Math.round((lateMs * this.sampleRate) / 1_000) };
    } else {
      const maxStepMs = (this.#ms(frames) * SLEW_MS_PER_SECOND) / 1_000;
      this.#originMs += Math.max(-maxStepMs, Math.min(maxStepMs, lateMs));
    }
    return { action: "encode" };
  }

  #ms(frames: number): number {
    return (frames * 1_000) / this.sampleRate;
  }
}
