import type { Engine, EngineSink, MediaUnit } from "../engine.js";
import type { LiveStreamEvents, Stats, Target } from "../types.js";
import { BitrateAdaptation } from "./bitrate-adaptation.js";
import { type Dropped, MediaQueue } from "./media-queue.js";
import { RateMeter } from "./rate-meter.js";
import { SendWindow } from "./send-window.js";

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
  readonly #window = new SendWindow();
  readonly #adaptation: BitrateAdaptation;
  readonly #sending = new RateMeter();
  readonly #encoding = new RateMeter();
  readonly #waiters: (() => void)[] = [];
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
    this.#window.acknowledged(now, acceptedBytes);
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
      sentBytes: this.#window.sentBytes,
      acceptedBytes: this.#window.acceptedBytes,
      queuedMs: this.#queue.spanMs,
      queuedBytes: this.#queue.bytes + this.#options.transport.bufferedAmount,
      delayMs: this.#window.delayMs,
      bitsPerSecond: (this.#sending.perSecond ?? 0) * 8,
      target: this.#adaptation.target,
      droppedGroups: this.#droppedGroups,
      droppedFrames: this.#droppedFrames,
    };
  }

  #canSend(): boolean {
    return (
      this.#finishing ||
      (this.#options.transport.bufferedAmount <= MAX_BUFFERED_BYTES &&
        this.#window.hasRoom(this.#newestMs - this.#queue.spanMs))
    );
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
    this.#window.sent(bytes.byteLength, capturedAtMs);
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
    this.#sending.sample(nowMs, this.#window.sentBytes);
    this.#encoding.sample(nowMs, this.#encodedBytes);
    if (!this.#options.engine.adapts || this.#finishing) {
      return;
    }
    const change = this.#adaptation.update({
      nowMs,
      queuedMs: this.#queue.spanMs,
      extraDelayMs: this.#window.extraDelayMs,
      throughputBitsPerSecond: inBits(this.#window.throughputBytesPerSecond),
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
