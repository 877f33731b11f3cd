import type { EngineSink, MediaUnit } from "../engine.js";
import type { RetainedBytes } from "../retained.js";
import { BitrateAdaptation } from "./bitrate-adaptation.js";
import { Backlog } from "./backlog.js";
import { type Dropped, MediaQueue, type QueueLimit } from "./media-queue.js";
import { RateMeter } from "./rate-meter.js";
import { SendWindow } from "./send-window.js";
import type { SenderOptions, SenderStats } from "./sender-options.js";
import type { Transport } from "./transport.js";

/**
 * Data in the WebSocket's buffer cannot be dropped any more, so it gets little more than keeps it
 * busy.
 */
const MAX_BUFFERED_BYTES = 65_536;

/** At the end nothing is dropped any more, but a backlog of an absence can be large. */
const MAX_BUFFERED_AT_END_BYTES = 1_048_576;

/** How often the queue is evaluated between two reports of the gateway. */
const EVALUATE_EVERY_MS = 250;

/**
 * Passes the units of one recording from an engine to a connection, and to the next one if that is
 * lost, no faster than the network and the gateway accept them. What cannot be sent in time is
 * dropped here, up to a key frame; what has become bytes is never dropped.
 *
 * It needs no timer, which browsers throttle in hidden pages: a unit of audio or video arrives
 * every few milliseconds, and each one triggers a check for room.
 */
export class Sender implements Pick<EngineSink, "unit"> {
  readonly #options: SenderOptions;
  readonly #queue: MediaQueue;
  readonly #adaptation: BitrateAdaptation;
  readonly #encoding = new RateMeter();
  #transport: Transport | null = null;
  #maxMessageBytes = Infinity;
  /** Of the next byte to send. */
  #position = 0;
  /** What is measured of one connection. */
  #window = new SendWindow(0);
  #sending = new RateMeter();
  readonly #backlog: Backlog;
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
    this.#backlog = new Backlog(options.maxQueueMs, options.away);
    this.#queue = new MediaQueue(options.maxQueueMs);
    this.#adaptation = new BitrateAdaptation(options.target, options.audioBitsPerSecond);
  }

  /**
   * Sends over this connection from now on, until `detach`.
   *
   * @param nextByte the position of the first byte to send
   */
  attach(transport: Transport, maxMessageBytes: number, nextByte: number): void {
    const now = this.#options.now();
    this.#transport = transport;
    this.#maxMessageBytes = maxMessageBytes;
    this.#position = nextByte;
    this.#window = new SendWindow(nextByte);
    this.#sending = new RateMeter();
    this.#adaptation.forget(now);
    this.#backlog.attached(now, this.#queue.spanMs);
    void this.#drain();
  }

  /** The connection is lost: what comes now waits for the next one. */
  detach(): void {
    this.#transport = null;
    this.#backlog.detached();
    this.#pauseVideo(false);
  }

  unit(unit: MediaUnit): void {
    if (this.#closed) {
      return;
    }
    this.#newestMs = Math.max(this.#newestMs, unit.capturedAtMs);
    this.#encodedBytes += unit.byteLength;
    const now = this.#options.now();
    this.#queue.limit = this.#limit(now);
    const dropped = this.#queue.push(unit);
    if (dropped) {
      this.#onDropped(dropped);
    }
    if (!this.#transport && this.#queue.isTooLong) {
      this.#options.overflowed();
    }
    if (now - this.#evaluatedAtMs >= EVALUATE_EVERY_MS) {
      this.#evaluate(now);
    }
    void this.#drain();
  }

  /** Call on each report of the gateway. */
  acknowledged(acceptedBytes: number): void {
    const now = this.#options.now();
    this.#backlog.heard(now, this.#queue.spanMs);
    this.#window.acknowledged(now, acceptedBytes);
    this.#options.retained.accepted(Math.min(acceptedBytes, this.#position));
    this.#evaluate(now);
    void this.#drain();
  }

  /**
   * Sends everything that is queued, however slow the network: the end of a stream is worth waiting
   * for.
   *
   * @returns resolves when all units have been passed to the connection of then, or sending has
   * stopped
   */
  drained(): Promise<void> {
    this.#finishing = true;
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      void this.#drain();
    });
  }

  /** Discards everything. */
  close(): void {
    this.#closed = true;
    this.#queue.clear();
    this.#options.retained.clear();
    this.#resolveWaiters();
  }

  /** Whether nothing waits. */
  get hasSentAll(): boolean {
    return this.#queue.length === 0 && !this.#unsent;
  }

  get stats(): SenderStats {
    return {
      sentBytes: this.#window.sentBytes,
      acceptedBytes: this.#window.acceptedBytes,
      queuedMs: this.#queue.spanMs,
      queuedBytes: this.#queue.bytes + (this.#transport?.bufferedAmount ?? 0),
      keptBytes: this.#options.retained.bytes + this.#queue.bytes,
      delayMs: this.#window.delayMs,
      bitsPerSecond: (this.#sending.perSecond ?? 0) * 8,
      target: this.#adaptation.target,
      droppedGroups: this.#droppedGroups,
      droppedFrames: this.#droppedFrames,
    };
  }

  #limit(nowMs: number): QueueLimit {
    return this.#backlog.limit(nowMs, this.#queue.spanMs, this.#options.retained.bytes);
  }

  #canSend(transport: Transport): boolean {
    if (this.#finishing) {
      return !this.#options.away || transport.bufferedAmount <= MAX_BUFFERED_AT_END_BYTES;
    }
    const nextMs = this.#unsent?.capturedAtMs ?? this.#newestMs - this.#queue.spanMs;
    return transport.bufferedAmount <= MAX_BUFFERED_BYTES && this.#window.hasRoom(nextMs);
  }

  /** Bytes that exist and have not been sent over this connection. */
  get #unsent(): RetainedBytes | null {
    return this.#options.retained.from(this.#position);
  }

  async #drain(): Promise<void> {
    if (this.#draining) {
      return;
    }
    this.#draining = true;
    try {
      while (!this.#closed && this.#transport && this.#canSend(this.#transport)) {
        const unsent = this.#unsent;
        const unit = unsent ? undefined : this.#queue.shift();
        if (unsent) {
          this.#send(this.#transport, unsent);
        } else if (unit) {
          this.#options.retained.add(await unit.toBytes(), unit.capturedAtMs);
        } else {
          break;
        }
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

  #send(transport: Transport, { bytes, capturedAtMs }: RetainedBytes): void {
    for (let start = 0; start < bytes.byteLength; start += this.#maxMessageBytes) {
      transport.send(bytes.subarray(start, start + this.#maxMessageBytes));
    }
    this.#position += bytes.byteLength;
    this.#window.sent(bytes.byteLength, capturedAtMs);
    if (!this.#options.away) {
      this.#options.retained.accepted(this.#position);
    }
  }

  #resolveWaiters(): void {
    if (this.#closed || (this.#transport && this.hasSentAll)) {
      this.#waiters.splice(0).forEach((resolve) => resolve());
    }
  }

  #onDropped({ groups, frames }: Dropped): void {
    this.#droppedGroups += groups;
    this.#droppedFrames += frames;
    if (groups === 0) {
      return;
    }
    const isAfterAbsence = this.#backlog.isAfterAbsence(this.#options.now());
    this.#pauseVideo(!isAfterAbsence);
    this.#options.adapted({
      change: "dropped",
      target: this.#adaptation.target,
      droppedGroups: groups,
      droppedFrames: frames,
      reason: isAfterAbsence
        ? "More media waited for a connection than may be kept."
        : `More than ${this.#options.maxQueueMs} ms of media were queued.`,
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
    if (!this.#options.engine.adapts || this.#finishing || !this.#transport) {
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
