import type { Engine, EngineSink, MediaUnit } from "../engine.js";
import type { LiveStreamEvents, Stats, Target } from "../types.js";
import { Acknowledgements } from "./acknowledgements.js";
import { BitrateAdaptation } from "./bitrate-adaptation.js";
import { type Dropped, MediaQueue } from "./media-queue.js";
import { RateMeter } from "./rate-meter.js";

/** The part of a connection that accepts media. */
export interface Transport {
  /** Like a WebSocket's: never blocks, queues. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  readonly bufferedAmount: number;
}

export interface SenderOptions {
  transport: Transport;
  engine: Pick<Engine, "adapts" | "adapt" | "pauseVideo">;
  maxMessageBytes: number;
  maxQueueMs: number;
  /** Where adaptation starts, and its maximum. */
  target: Target;
  audioBitsPerSecond: number;
  /** On the clock of `performance.now()`. */
  now: () => number;
  adapted: (detail: LiveStreamEvents["adaptation"]["detail"]) => void;
  /** A unit could not be turned into bytes; nothing more is sent. */
  failed: (error: unknown) => void;
}

/** The part of `Stats` that the sender provides. */
export type SenderStats = Pick<
  Stats,
  | "sentBytes"
  | "acceptedBytes"
  | "queuedMs"
  | "queuedBytes"
  | "delayMs"
  | "bitsPerSecond"
  | "target"
  | "droppedGroups"
  | "droppedFrames"
>;

/**
 * Data in the WebSocket's buffer cannot be dropped any more, so it gets little more than keeps it
 * busy.
 */
const MAX_BUFFERED_BYTES = 65_536;

/** The gateway's report interval, until it is known. */
const REPORT_EVERY_MS = 1_000;

/** Each report reduces the weight of a longer interval seen before. */
const INTERVAL_DECAY = 0.9;

/** What jitter may add to the time until media is acknowledged. */
const JITTER_MS = 250;

/** A key frame must fit, or a paused picture would never start moving again. */
const MIN_WINDOW_BYTES = 131_072;

/** How often the queue is evaluated between two reports of the gateway. */
const EVALUATE_EVERY_MS = 250;

/**
 * Passes the units of one recording from an engine to one connection, no faster than the network
 * and the gateway accept them. What cannot be sent in time is dropped here, up to a key frame.
 *
 * It needs no timer, which browsers throttle in hidden pages: a unit of audio or video arrives
 * every few milliseconds, and each one triggers a check for room.
 */
export class Sender implements Pick<EngineSink, "unit"> {
  readonly #options: SenderOptions;
  readonly #queue: MediaQueue;
  readonly #acknowledgements = new Acknowledgements();
  readonly #adaptation: BitrateAdaptation;
  readonly #throughput = new RateMeter(1_500);
  readonly #sending = new RateMeter();
  readonly #encoding = new RateMeter();
  readonly #waiters: (() => void)[] = [];
  #reportedAtMs = -Infinity;
  #reportEveryMs = REPORT_EVERY_MS;
  #delayMs: number | undefined;
  /** The delay of media when nothing slows it down. */
  #minDelayMs = Infinity;
  #encodedBytes = 0;
  #newestMs = 0;
  #evaluatedAtMs = -Infinity;
  #draining = false;
  #finishing = false;
  #closed = false;
  #videoPaused = false;
  #droppedGroups = 0;
  #droppedFrames = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#queue = new MediaQueue(options.maxQueueMs);
    this.#adaptation = new BitrateAdaptation(options.target, options.audioBitsPerSecond);
  }

  unit(unit: MediaUnit): void {
    if (this.#closed) {
      return;
    }
    this.#newestMs = Math.max(this.#newestMs, unit.capturedAtMs);
    this.#encodedBytes += unit.byteLength;
    const dropped = this.#queue.push(unit);
    if (dropped) {
      this.#onDropped(dropped);
    }
    const now = this.#options.now();
    if (now - this.#evaluatedAtMs >= EVALUATE_EVERY_MS) {
      this.#evaluate(now);
    }
    void this.#drain();
  }

  /** Call on each report of the gateway. */
  acknowledged(acceptedBytes: number): void {
    const now = this.#options.now();
    this.#updateReportInterval(now);
    const capturedAtMs = this.#acknowledgements.accepted(acceptedBytes);
    const oldestMs = this.#acknowledgements.oldestMs;
    if (capturedAtMs !== undefined) {
      this.#delayMs = now - capturedAtMs;
    } else if (oldestMs !== undefined) {
      // No progress: media in flight gets older all the same.
      this.#delayMs = now - oldestMs;
    }
    this.#minDelayMs = Math.min(this.#minDelayMs, this.#delayMs ?? Infinity);
    this.#throughput.sample(now, acceptedBytes);
    this.#evaluate(now);
    void this.#drain();
  }

  /**
   * Sends everything that is queued, however slow the network: the end of a stream is worth waiting
   * for.
   *
   * @returns resolves when all units have been passed to the transport, or sending has stopped
   */
  drained(): Promise<void> {
    this.#finishing = true;
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      void this.#drain();
    });
  }

  /** Discards everything that is queued. */
  close(): void {
    this.#closed = true;
    this.#queue.clear();
    this.#resolveWaiters();
  }

  get stats(): SenderStats {
    return {
      sentBytes: this.#acknowledgements.sentBytes,
      acceptedBytes: this.#acknowledgements.acceptedBytes,
      queuedMs: this.#queue.spanMs,
      queuedBytes: this.#queue.bytes + this.#options.transport.bufferedAmount,
      delayMs: this.#delayMs,
      bitsPerSecond: (this.#sending.perSecond ?? 0) * 8,
      target: this.#adaptation.target,
      droppedGroups: this.#droppedGroups,
      droppedFrames: this.#droppedFrames,
    };
  }

  /** The longest recent interval: networks hold reports back and then deliver several at once. */
  #updateReportInterval(nowMs: number): void {
    const pauseMs = Math.max(nowMs - this.#reportedAtMs, this.#reportEveryMs * INTERVAL_DECAY);
    this.#reportEveryMs = Math.min(REPORT_EVERY_MS, pauseMs);
    this.#reportedAtMs = nowMs;
  }

  #canSend(): boolean {
    return (
      this.#finishing ||
      (this.#options.transport.bufferedAmount <= MAX_BUFFERED_BYTES &&
        this.#unacknowledgedMs() <= this.#windowMs() &&
        this.#acknowledgements.inFlightBytes <= this.#windowBytes())
    );
  }

  /** From the oldest media in flight to what would be sent next. */
  #unacknowledgedMs(): number {
    const nextMs = this.#newestMs - this.#queue.spanMs;
    return nextMs - (this.#acknowledgements.oldestMs ?? nextMs);
  }

  /**
   * Media in flight cannot be dropped any more. On a good network it is acknowledged with the next
   * report but one.
   */
  #windowMs(): number {
    const pathDelayMs = Number.isFinite(this.#minDelayMs) ? this.#minDelayMs : 0;
    return 1.5 * this.#reportEveryMs + JITTER_MS + pathDelayMs;
  }

  /**
   * One second of media takes three when throughput falls to a third, so throughput bounds the
   * window too, with room to grow.
   */
  #windowBytes(): number {
    const throughputBytes = ((this.#throughput.perSecond ?? Infinity) * this.#windowMs()) / 1_000;
    return Math.max(MIN_WINDOW_BYTES, 2 * throughputBytes);
  }

  async #drain(): Promise<void> {
    if (this.#draining) {
      return;
    }
    this.#draining = true;
    try {
      while (!this.#closed && this.#canSend()) {
        const unit = this.#queue.shift();
        if (!unit) {
          break;
        }
        this.#send(await unit.toBytes(), unit.capturedAtMs);
      }
      this.#resolveWaiters();
    } catch (error) {
      this.close();
      this.#options.failed(error);
    } finally {
      this.#draining = false;
    }
    if (this.#videoPaused && this.#queue.spanMs <= this.#options.maxQueueMs / 2) {
      this.#pauseVideo(false);
    }
  }

  #send(bytes: Uint8Array<ArrayBuffer>, capturedAtMs: number): void {
    const { transport, maxMessageBytes } = this.#options;
    for (let start = 0; start < bytes.byteLength && !this.#closed; start += maxMessageBytes) {
      transport.send(bytes.subarray(start, Math.min(bytes.byteLength, start + maxMessageBytes)));
    }
    this.#acknowledgements.sent(bytes.byteLength, capturedAtMs);
  }

  #resolveWaiters(): void {
    if (this.#closed || this.#queue.length === 0) {
      this.#waiters.splice(0).forEach((resolve) => resolve());
    }
  }

  #onDropped({ groups, frames }: Dropped): void {
    this.#droppedGroups += groups;
    this.#droppedFrames += frames;
    if (groups === 0) {
      return;
    }
    this.#pauseVideo(true);
    this.#options.adapted({
      change: "dropped",
      target: this.#adaptation.target,
      droppedGroups: groups,
      droppedFrames: frames,
      reason: `More than ${this.#options.maxQueueMs} ms of media were queued.`,
    });
  }

  #pauseVideo(paused: boolean): void {
    if (this.#videoPaused !== paused) {
      this.#videoPaused = paused;
      this.#options.engine.pauseVideo(paused);
    }
  }

  #evaluate(nowMs: number): void {
    this.#evaluatedAtMs = nowMs;
    this.#sending.sample(nowMs, this.#acknowledgements.sentBytes);
    this.#encoding.sample(nowMs, this.#encodedBytes);
    if (!this.#options.engine.adapts || this.#finishing) {
      return;
    }
    const change = this.#adaptation.update({
      nowMs,
      queuedMs: this.#queue.spanMs,
      extraDelayMs: this.#delayMs === undefined ? 0 : this.#delayMs - this.#minDelayMs,
      throughputBitsPerSecond: inBits(this.#throughput.perSecond),
      encodedBitsPerSecond: inBits(this.#encoding.perSecond),
    });
    if (change) {
      const { target } = this.#adaptation;
      this.#options.engine.adapt(target);
      this.#options.adapted({
        change,
        target,
        droppedGroups: 0,
        droppedFrames: 0,
        reason:
          change === "lowered"
            ? "The network or the gateway is slower than the encoder."
            : "The network has capacity again.",
      });
    }
  }
}

const inBits = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes * 8);
