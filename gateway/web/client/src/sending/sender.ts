import type { Engine, EngineSink, MediaUnit } from "../engine.js";
import type { LiveStreamEvents, Stats, Target } from "../types.js";
import { Acknowledgements } from "./acknowledgements.js";
import { Adaptation } from "./bitrate-adaptation.js";
import { type Dropped, MediaQueue } from "./media-queue.js";
import { Rate } from "./rate-meter.js";

/** The half of a connection that takes media. */
export interface Transport {
  /** As of a WebSocket: never blocks, queues. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  readonly bufferedAmount: number;
}

export interface SenderOptions {
  transport: Transport;
  engine: Pick<Engine, "adapts" | "adapt" | "pauseVideo">;
  maxMessageBytes: number;
  maxQueueMs: number;
  /** What adaptation starts from and climbs back to. */
  target: Target;
  audioBitsPerSecond: number;
  /** On the clock of `performance.now()`. */
  now: () => number;
  adapted: (detail: LiveStreamEvents["adaptation"]["detail"]) => void;
  /** A unit could not be turned into bytes; nothing more is sent. */
  failed: (error: unknown) => void;
}

/** The part of `Stats` that the sender knows. */
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

/** What a WebSocket holds cannot be dropped any more, so it is given little more than keeps it busy. */
const MOST_BUFFERED_BYTES = 65_536;

/** How often the gateway reports, until that is known. */
const REPORT_EVERY_MS = 1_000;

/** With each report, a longer pause between two of them counts for a little less. */
const FORGET_FACTOR = 0.9;

/** What jitter may add to the time until media is acknowledged. */
const JITTER_MS = 250;

/** A key frame must fit in, or a still picture would never get going again. */
const LEAST_WINDOW_BYTES = 131_072;

/** Between two reports of the gateway's, how often the queue alone is looked at. */
const LOOK_EVERY_MS = 250;

/**
 * Takes the units of one recording from an engine and hands them to one connection, no faster than the network and the
 * gateway take them. What cannot be sent in time is dropped here, up to a key frame.
 *
 * It needs no timer, which a hidden page would be denied: audio or video comes every few milliseconds, and each unit is
 * an occasion to look whether there is room again.
 */
export class Sender implements Pick<EngineSink, "unit"> {
  readonly #options: SenderOptions;
  readonly #queue: MediaQueue;
  readonly #acknowledgements = new Acknowledgements();
  readonly #adaptation: Adaptation;
  readonly #throughput = new Rate(1_500);
  readonly #sending = new Rate();
  readonly #encoding = new Rate();
  readonly #waiters: (() => void)[] = [];
  #reportedAtMs = -Infinity;
  #reportEveryMs = REPORT_EVERY_MS;
  #delayMs: number | undefined;
  /** What media takes on its way when nothing is in the way. */
  #leastDelayMs = Infinity;
  #encodedBytes = 0;
  #newestMs = 0;
  #lookedAtMs = -Infinity;
  #draining = false;
  #finishing = false;
  #closed = false;
  #videoPaused = false;
  #droppedGroups = 0;
  #droppedFrames = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#queue = new MediaQueue(options.maxQueueMs);
    this.#adaptation = new Adaptation(options.target, options.audioBitsPerSecond);
  }

  unit(unit: MediaUnit): void {
    if (this.#closed) {
      return;
    }
    this.#newestMs = Math.max(this.#newestMs, unit.capturedAtMs);
    this.#encodedBytes += unit.byteLength;
    const dropped = this.#queue.push(unit);
    if (dropped) {
      this.#count(dropped);
    }
    const now = this.#options.now();
    if (now - this.#lookedAtMs >= LOOK_EVERY_MS) {
      this.#look(now);
    }
    void this.#drain();
  }

  /** By the gateway's report. */
  acknowledged(acceptedBytes: number): void {
    const now = this.#options.now();
    this.#reported(now);
    const capturedAtMs = this.#acknowledgements.accepted(acceptedBytes);
    const oldestMs = this.#acknowledgements.oldestMs;
    if (capturedAtMs !== undefined) {
      this.#delayMs = now - capturedAtMs;
    } else if (oldestMs !== undefined) {
      // Nothing has moved: what is on its way gets older all the same.
      this.#delayMs = now - oldestMs;
    }
    this.#leastDelayMs = Math.min(this.#leastDelayMs, this.#delayMs ?? Infinity);
    this.#throughput.sample(now, acceptedBytes);
    this.#look(now);
    void this.#drain();
  }

  /**
   * Sends all that is left, however slow the network: the end of a stream is worth waiting for.
   *
   * @returns resolves when all units have been handed to the transport, or nothing is sent any more
   */
  drained(): Promise<void> {
    this.#finishing = true;
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      void this.#drain();
    });
  }

  /** Forgets everything that waits. */
  close(): void {
    this.#closed = true;
    this.#queue.clear();
    this.#settle();
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

  /** The longest pause of late: networks hold reports back and then deliver several at once. */
  #reported(nowMs: number): void {
    const pauseMs = Math.max(nowMs - this.#reportedAtMs, this.#reportEveryMs * FORGET_FACTOR);
    this.#reportEveryMs = Math.min(REPORT_EVERY_MS, pauseMs);
    this.#reportedAtMs = nowMs;
  }

  #mayBeSent(): boolean {
    return (
      this.#finishing ||
      (this.#options.transport.bufferedAmount <= MOST_BUFFERED_BYTES &&
        this.#unacknowledgedMs() <= this.#windowMs() &&
        this.#acknowledgements.underWayBytes <= this.#windowBytes())
    );
  }

  /** From the oldest media on its way to what would be sent next. */
  #unacknowledgedMs(): number {
    const nextMs = this.#newestMs - this.#queue.spanMs;
    return nextMs - (this.#acknowledgements.oldestMs ?? nextMs);
  }

  /** What is on its way cannot be dropped any more. On a good network it is acknowledged with the next report but one. */
  #windowMs(): number {
    const wayMs = Number.isFinite(this.#leastDelayMs) ? this.#leastDelayMs : 0;
    return 1.5 * this.#reportEveryMs + JITTER_MS + wayMs;
  }

  /** A second of media takes three when the network falls to a third: what gets through bounds it too, with room to grow. */
  #windowBytes(): number {
    const passes = ((this.#throughput.perSecond ?? Infinity) * this.#windowMs()) / 1_000;
    return Math.max(LEAST_WINDOW_BYTES, 2 * passes);
  }

  async #drain(): Promise<void> {
    if (this.#draining) {
      return;
    }
    this.#draining = true;
    try {
      while (!this.#closed && this.#mayBeSent()) {
        const unit = this.#queue.shift();
        if (!unit) {
          break;
        }
        this.#send(await unit.toBytes(), unit.capturedAtMs);
      }
      this.#settle();
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

  #settle(): void {
    if (this.#closed || this.#queue.length === 0) {
      this.#waiters.splice(0).forEach((resolve) => resolve());
    }
  }

  #count({ groups, frames }: Dropped): void {
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
      reason: `More than ${this.#options.maxQueueMs} ms of media were waiting to be sent.`,
    });
  }

  #pauseVideo(paused: boolean): void {
    if (this.#videoPaused !== paused) {
      this.#videoPaused = paused;
      this.#options.engine.pauseVideo(paused);
    }
  }

  #look(nowMs: number): void {
    this.#lookedAtMs = nowMs;
    this.#sending.sample(nowMs, this.#acknowledgements.sentBytes);
    this.#encoding.sample(nowMs, this.#encodedBytes);
    if (!this.#options.engine.adapts || this.#finishing) {
      return;
    }
    const change = this.#adaptation.read({
      nowMs,
      queuedMs: this.#queue.spanMs,
      extraDelayMs: this.#delayMs === undefined ? 0 : this.#delayMs - this.#leastDelayMs,
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
            ? "The network or the gateway takes less than the encoder makes."
            : "The network has room again.",
      });
    }
  }
}

const inBits = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes * 8);
