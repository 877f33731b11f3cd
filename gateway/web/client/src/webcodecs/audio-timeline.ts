/** Sound that is later or earlier than it should be by more than this has a hole; less is drift, and is followed. */
const HOLE_MS = 100;

/** A longer hole is not filled: the machine slept. */
const LONGEST_FILL_MS = 5_000;

/** How fast the timeline follows the drift of a sound card against the clock, per second: nobody hears it. */
const SLEW_MS_PER_SECOND = 2;

/** What to do with a stretch of sound. */
export type Verdict =
  | { do: "encode" }
  /** There is a hole before it, to be filled with silence. */
  | { do: "fill-then-encode"; frames: number }
  /** It is already filled. */
  | { do: "drop" };

/**
 * When each sample is heard. Encoders count samples from the first one on, and a sound card's second is not the clock's:
 * over an evening the two are a second apart. So samples keep their order without gaps, and the timeline follows.
 */
export class Timeline {
  #originMs: number | undefined;
  #frames = 0;

  constructor(readonly sampleRate: number) {}

  /** Frames encoded so far: the encoder's own time. */
  get frames(): number {
    return this.#frames;
  }

  /** Where the next sample belongs, on the page's clock. */
  get endMs(): number | undefined {
    return this.#originMs === undefined ? undefined : this.#originMs + this.#ms(this.#frames);
  }

  /** @param encoderMs of a packet, on the encoder's own time */
  toPageTime(encoderMs: number): number {
    return (this.#originMs ?? 0) + encoderMs;
  }

  advance(frames: number): void {
    this.#frames += frames;
  }

  /**
   * @param afterMs how far behind it may be before that counts as silence
   * @returns how many frames of silence bring it up to half of that; 0 while it is not so far behind
   */
  missing(nowMs: number, afterMs: number): number {
    const behindMs = nowMs - (this.endMs ?? nowMs);
    const fillMs = Math.min(behindMs - afterMs / 2, LONGEST_FILL_MS);
    return behindMs < afterMs ? 0 : Math.round((fillMs * this.sampleRate) / 1_000);
  }

  place(startMs: number, frames: number): Verdict {
    this.#originMs ??= startMs;
    const lateMs = startMs - (this.endMs ?? startMs);
    if (lateMs < -HOLE_MS) {
      return { do: "drop" };
    }
    if (lateMs > LONGEST_FILL_MS) {
      this.#originMs += lateMs;
    } else if (lateMs > HOLE_MS) {
      return { do: "fill-then-encode", frames: Math.round((lateMs * this.sampleRate) / 1_000) };
    } else {
      const mostMs = (this.#ms(frames) * SLEW_MS_PER_SECOND) / 1_000;
      this.#originMs += Math.max(-mostMs, Math.min(mostMs, lateMs));
    }
    return { do: "encode" };
  }

  #ms(frames: number): number {
    return (frames * 1_000) / this.sampleRate;
  }
}
