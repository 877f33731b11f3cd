const KEPT_SAMPLES = 8;

interface Sample {
  /** Add to this computer's clock to get the gateway's. */
  offsetMs: number;
  roundTripMs: number;
}

/** An estimate of the gateway's clock, accurate to half of the shortest round trip. */
export class GatewayClock {
  readonly #readGatewayMs: () => Promise<number | undefined>;
  readonly #now: () => number;
  #samples: Sample[] = [];

  /**
   * @param readGatewayMs requests the time from the gateway, in milliseconds; undefined if it sends none
   * @param now this computer's clock, in milliseconds
   */
  constructor(readGatewayMs: () => Promise<number | undefined>, now = () => Date.now()) {
    this.#readGatewayMs = readGatewayMs;
    this.#now = now;
  }

  async synchronize(): Promise<void> {
    const askedAtMs = this.#now();
    const gatewayMs = await this.#readGatewayMs();
    const answeredAtMs = this.#now();
    if (gatewayMs !== undefined) {
      const offsetMs = gatewayMs - (askedAtMs + answeredAtMs) / 2;
      this.#samples.push({ offsetMs, roundTripMs: answeredAtMs - askedAtMs });
      // Clocks drift, so old samples are dropped, however short their round trip.
      this.#samples.splice(0, this.#samples.length - KEPT_SAMPLES);
    }
  }

  /** The gateway's time now, in milliseconds; undefined before the first answer. */
  get nowMs(): number | undefined {
    const [best] = [...this.#samples].sort((a, b) => a.roundTripMs - b.roundTripMs);
    return best && this.#now() + best.offsetMs;
  }
}
