const KEPT_SAMPLES = 8;

interface Sample {
  /** Add to this computer's clock to get the gateway's. */
  offsetMs: number;
  roundTripMs: number;
}

/** An estimate of the gateway's clock, accurate to half of the shortest round trip. */
export class GatewayClock {
  readonly #ask: () => Promise<number | undefined>;
  readonly #here: () => number;
  #samples: Sample[] = [];

  /**
   * @param ask the gateway for its time, in milliseconds; undefined if it sends none
   * @param here this computer's clock, in milliseconds
   */
  constructor(ask: () => Promise<number | undefined>, here = () => Date.now()) {
    this.#ask = ask;
    this.#here = here;
  }

  async synchronize(): Promise<void> {
    const askedAtMs = this.#here();
    const theirs = await this.#ask();
    const answeredAtMs = this.#here();
    if (theirs !== undefined) {
      const offsetMs = theirs - (askedAtMs + answeredAtMs) / 2;
      this.#samples.push({ offsetMs, roundTripMs: answeredAtMs - askedAtMs });
      // Clocks drift, so old samples are dropped, however short their round trip.
      this.#samples.splice(0, this.#samples.length - KEPT_SAMPLES);
    }
  }

  /** The gateway's time now, in milliseconds; undefined before the first answer. */
  get nowMs(): number | undefined {
    const [best] = [...this.#samples].sort((a, b) => a.roundTripMs - b.roundTripMs);
    return best && this.#here() + best.offsetMs;
  }
}
