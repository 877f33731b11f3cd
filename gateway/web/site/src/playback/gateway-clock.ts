const KEPT_SAMPLES = 8;

interface Sample {
  /** What to add to this machine's clock to get the gateway's. */
  offsetMs: number;
  roundTripMs: number;
}

/** The gateway's clock as seen from here, as good as half of the shortest round trip to it. */
export class GatewayClock {
  readonly #ask: () => Promise<number | undefined>;
  readonly #here: () => number;
  #samples: Sample[] = [];

  /**
   * @param ask the gateway for its time, in milliseconds; undefined where it gives none
   * @param here this machine's clock, in milliseconds
   */
  constructor(ask: () => Promise<number | undefined>, here = () => Date.now()) {
    this.#ask = ask;
    this.#here = here;
  }

  async compare(): Promise<void> {
    const askedAtMs = this.#here();
    const theirs = await this.#ask();
    const answeredAtMs = this.#here();
    if (theirs !== undefined) {
      const offsetMs = theirs - (askedAtMs + answeredAtMs) / 2;
      this.#samples.push({ offsetMs, roundTripMs: answeredAtMs - askedAtMs });
      // Clocks drift, so what is old goes, however short it took.
      this.#samples.splice(0, this.#samples.length - KEPT_SAMPLES);
    }
  }

  /** The gateway's time now, in milliseconds; undefined before it was asked. */
  get nowMs(): number | undefined {
    const [best] = [...this.#samples].sort((a, b) => a.roundTripMs - b.roundTripMs);
    return best && this.#here() + best.offsetMs;
  }
}
