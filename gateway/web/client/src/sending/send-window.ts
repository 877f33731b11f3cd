import { Acknowledgements } from "./acknowledgements.js";
import { RateMeter } from "./rate-meter.js";

/** The gateway's report interval, until it is known. */
const REPORT_EVERY_MS = 1_000;

/** Each report reduces the weight of a longer interval seen before. */
const INTERVAL_DECAY = 0.9;

/** What jitter may add to the time until media is acknowledged. */
const JITTER_MS = 250;

/** A key frame must fit, or a paused picture would never start moving again. */
const MIN_WINDOW_BYTES = 131_072;

/**
 * Limits the media in flight, in time and in bytes, because it cannot be dropped any more. Measures delay and
 * throughput from the gateway's reports.
 */
export class SendWindow {
  readonly #acknowledgements: Acknowledgements;
  readonly #throughput = new RateMeter(1_500);
  #reportedAtMs = -Infinity;
  #reportEveryMs = REPORT_EVERY_MS;
  #delayMs: number | undefined;
  /** The delay of media when nothing slows it down. */
  #minDelayMs = Infinity;

  /** @param startByte the position of the first byte to be sent */
  constructor(startByte: number) {
    this.#acknowledgements = new Acknowledgements(startByte);
  }

  get sentBytes(): number {
    return this.#acknowledgements.sentBytes;
  }

  get acceptedBytes(): number {
    return this.#acknowledgements.acceptedBytes;
  }

  /** From capture until FFmpeg accepted it, by the last report; undefined until something was accepted. */
  get delayMs(): number | undefined {
    return this.#delayMs;
  }

  /** How much longer that is than in the best case. */
  get extraDelayMs(): number {
    return this.#delayMs === undefined ? 0 : this.#delayMs - this.#minDelayMs;
  }

  get throughputBytesPerSecond(): number | undefined {
    return this.#throughput.perSecond;
  }

  sent(bytes: number, capturedAtMs: number): void {
    this.#acknowledgements.sent(bytes, capturedAtMs);
  }

  /** Call on each report of the gateway. */
  acknowledged(nowMs: number, acceptedBytes: number): void {
    this.#updateReportInterval(nowMs);
    const capturedAtMs = this.#acknowledgements.accepted(acceptedBytes);
    const oldestMs = this.#acknowledgements.oldestMs;
    if (capturedAtMs !== undefined) {
      this.#delayMs = nowMs - capturedAtMs;
    } else if (oldestMs !== undefined) {
      // No progress: media in flight gets older all the same.
      this.#delayMs = nowMs - oldestMs;
    }
    this.#minDelayMs = Math.min(this.#minDelayMs, this.#delayMs ?? Infinity);
    this.#throughput.sample(nowMs, acceptedBytes);
  }

  /** @param nextMs when the media to be sent next was captured */
  hasRoom(nextMs: number): boolean {
    const unacknowledgedMs = nextMs - (this.#acknowledgements.oldestMs ?? nextMs);
    return (
      unacknowledgedMs <= this.#maxMs() && this.#acknowledgements.inFlightBytes <= this.#maxBytes()
    );
  }

  /** The longest recent interval: networks hold reports back and then deliver several at once. */
  #updateReportInterval(nowMs: number): void {
    const intervalMs = Math.max(nowMs - this.#reportedAtMs, this.#reportEveryMs * INTERVAL_DECAY);
    this.#reportEveryMs = Math.min(REPORT_EVERY_MS, intervalMs);
    this.#reportedAtMs = nowMs;
  }

  /** On a good network, media is acknowledged with the next report but one. */
  #maxMs(): number {
    const pathDelayMs = Number.isFinite(this.#minDelayMs) ? this.#minDelayMs : 0;
    return 1.5 * this.#reportEveryMs + JITTER_MS + pathDelayMs;
  }

  /**
   * One second of media takes three when throughput falls to a third, so throughput bounds the window too, with room
   * to grow.
   */
  #maxBytes(): number {
    const throughputBytes = ((this.#throughput.perSecond ?? Infinity) * this.#maxMs()) / 1_000;
    return Math.max(MIN_WINDOW_BYTES, 2 * throughputBytes);
  }
}
