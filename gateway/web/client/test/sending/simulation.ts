import type { MediaUnit } from "../../src/engine.js";
import { Retained } from "../../src/retained.js";
import { Sender } from "../../src/sending/sender.js";
import type { Transport } from "../../src/sending/transport.js";
import type { LiveStreamEvents, Target } from "../../src/types.js";

const FRAME_MS = 10;
const GROUP_MS = 2_000;
const AUDIO_BITS_PER_SECOND = 128_000;

export interface Network {
  /** Throughput. */
  bitsPerSecond: number;
}

export interface Sample {
  atMs: number;
  queuedMs: number;
  delayMs: number;
  target: Target;
  /** The age of the media that arrives at the gateway now. */
  arrivingMs: number;
}

/**
 * An encoder that meets its target, a kernel with a fixed buffer, a network with variable
 * throughput, and a gateway that reports at intervals, over a path with some delay. Time advances
 * in steps of 10 ms.
 */
export class Simulation {
  readonly full: Target = { videoBitsPerSecond: 2_500_000, frameRate: 30, scale: 1 };
  readonly samples: Sample[] = [];
  readonly adaptations: (LiveStreamEvents["adaptation"]["detail"] & { atMs: number })[] = [];
  /** What has arrived, in order. */
  readonly arrived: MediaUnit[] = [];
  readonly sender: Sender;
  network: Network = { bitsPerSecond: 100_000_000 };
  atMs = 0;
  paused = false;

  readonly #reportEveryMs: number;
  readonly #wayMs: number;
  readonly #reportsTogether: number;
  readonly #onTheWay: { unit: MediaUnit; bytes: number }[] = [];
  #sent: MediaUnit | undefined;
  #target = this.full;
  #credit = 0;
  #acceptedBytes = 0;
  readonly #reports: { atMs: number; acceptedBytes: number }[] = [];
  #nextFrameMs = 0;
  #nextAudioMs = 0;
  #nextKeyMs = 0;

  constructor({
    reportEveryMs = 250,
    kernelBytes = 200_000,
    adapts = true,
    wayMs = 0,
    reportsTogether = 1,
  }) {
    this.#reportsTogether = reportsTogether;
    this.#reportEveryMs = reportEveryMs;
    this.#wayMs = wayMs;
    const onTheWay = () => this.#onTheWay.reduce((sum, { bytes }) => sum + bytes, 0);
    const transport: Transport = {
      send: (bytes) => {
        this.#onTheWay.push({ unit: this.#sent!, bytes: bytes.byteLength });
      },
      get bufferedAmount() {
        return Math.max(0, onTheWay() - kernelBytes);
      },
    };
    this.sender = new Sender({
      retained: new Retained(null, Infinity),
      away: null,
      engine: {
        adapts,
        adapt: (target) => {
          this.#target = target;
        },
        pauseVideo: (paused) => {
          this.paused = paused;
          this.#nextKeyMs = this.atMs;
        },
      },
      maxQueueMs: 2_000,
      target: this.full,
      audioBitsPerSecond: AUDIO_BITS_PER_SECOND,
      now: () => this.atMs,
      adapted: (detail) => this.adaptations.push({ ...detail, atMs: this.atMs }),
      failed: (error) => {
        throw error;
      },
      overflowed: () => {
        throw new Error("overflowed");
      },
    });
    this.sender.attach(transport, 1_000_000, 0);
  }

  async run(forMs: number): Promise<void> {
    for (const endMs = this.atMs + forMs; this.atMs < endMs; this.atMs += FRAME_MS) {
      this.#encode();
      // A unit becomes bytes asynchronously.
      await new Promise((resolve) => setImmediate(resolve));
      this.#transmit();
      if (this.atMs % this.#reportEveryMs === 0) {
        this.#reports.push({
          atMs: this.atMs + this.#wayMs,
          acceptedBytes: this.#acceptedBytes,
        });
      }
      const due = this.#reports.filter(({ atMs }) => atMs <= this.atMs).length;
      if (due >= this.#reportsTogether) {
        for (const { acceptedBytes } of this.#reports.splice(0, due)) {
          this.sender.acknowledged(acceptedBytes);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (this.atMs % 100 === 0) {
        this.#sample();
      }
    }
  }

  /** Of the last so many milliseconds. */
  last(forMs: number): Sample[] {
    return this.samples.filter(({ atMs }) => atMs >= this.atMs - forMs);
  }

  #encode(): void {
    if (this.atMs >= this.#nextAudioMs) {
      this.#nextAudioMs += 20;
      this.#unit("audio", false, (AUDIO_BITS_PER_SECOND / 8_000) * 20);
    }
    if (this.atMs >= this.#nextFrameMs) {
      const frameMs = 1_000 / this.#target.frameRate;
      this.#nextFrameMs += frameMs;
      const key = this.atMs >= this.#nextKeyMs;
      if (!this.paused) {
        // A key frame is as large as ten other frames.
        const share = (GROUP_MS / frameMs + 9) / (GROUP_MS / frameMs);
        const bytes = ((this.#target.videoBitsPerSecond / 8_000) * frameMs) / share;
        this.#unit("video", key, key ? bytes * 10 : bytes);
        if (key) {
          this.#nextKeyMs = this.atMs + GROUP_MS;
        }
      }
    }
  }

  #unit(kind: "audio" | "video", key: boolean, size: number): void {
    const byteLength = Math.round(size);
    const unit: MediaUnit = {
      kind,
      key,
      byteLength,
      capturedAtMs: this.atMs,
      frames: kind === "video" ? 1 : 0,
      droppable: true,
      toBytes: () => {
        this.#sent = unit;
        return Promise.resolve(new Uint8Array(byteLength));
      },
    };
    this.sender.unit(unit);
  }

  #transmit(): void {
    this.#credit += (this.network.bitsPerSecond / 8_000) * FRAME_MS;
    for (let first = this.#onTheWay[0]; first; first = this.#onTheWay[0]) {
      if (first.bytes > this.#credit) {
        return;
      }
      this.#credit -= first.bytes;
      this.#acceptedBytes += first.bytes;
      this.arrived.push(first.unit);
      this.#onTheWay.shift();
    }
    this.#credit = 0;
  }

  #sample(): void {
    const { queuedMs, delayMs = 0, target } = this.sender.stats;
    const arrivingMs = this.atMs - (this.arrived.at(-1)?.capturedAtMs ?? this.atMs);
    this.samples.push({ atMs: this.atMs, queuedMs, delayMs, target, arrivingMs });
  }
}
