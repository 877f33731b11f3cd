import { bitRates } from "./bitrate.js";
import { Connection } from "./connection.js";
import type { Outcome } from "./connection.js";
import { Deadline } from "./deadline.js";
import type { Engine, EngineSink, Offer } from "./engine.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import type { Opened, Progress } from "./messages.js";
import type { Platform } from "./platform.js";
import { Sender } from "./sending/sender.js";
import type { SenderStats } from "./sending/sender.js";
import type { LiveStreamEvents, Negotiated, PublishOptions, Target, WarningCode } from "./types.js";

const ENGINE_DEADLINE_MS = 5_000;
// The queue is bounded in time, so every network that carries the stream at all meets this
// deadline.
const DRAIN_DEADLINE_MS = 30_000;
const MAX_QUEUE_MS = 2_000;
const FRAMES_PER_SECOND = 30;

export interface PublishAttemptListener {
  live(): void;
  /** The gateway has sent a report. */
  progress(): void;
  adapted(detail: LiveStreamEvents["adaptation"]["detail"]): void;
  warning(code: WarningCode, message: string): void;
  draining(endsInMs: number): void;
  /** Called once, as the last call. Not called after `abort`. */
  finished(outcome: Outcome): void;
}

export interface PublishAttemptOptions {
  url: string;
  source: MediaStream;
  offers: Offer[];
  publishOptions: PublishOptions;
  platform: Platform;
  listener: PublishAttemptListener;
}

/** What exists once the gateway has opened the stream. */
interface Recording {
  opened: Opened;
  engine: Engine;
  sender: Sender;
  liveSinceMs: number;
}

/** One connection and the one recording sent over it: neither outlives the other. */
export class PublishAttempt implements EngineSink {
  readonly #options: PublishAttemptOptions;
  readonly #listener: PublishAttemptListener;
  readonly #tracks: {
    video?: MediaTrackSettings | undefined;
    audio?: MediaTrackSettings | undefined;
  };
  readonly #connection: Connection;
  readonly #deadline = new Deadline();
  #recording: Recording | null = null;
  #server: Progress | null = null;
  #isOver = false;

  constructor(options: PublishAttemptOptions) {
    const { url, source, offers, publishOptions, platform, listener } = options;
    this.#options = options;
    this.#listener = listener;
    this.#tracks = {
      video: source.getVideoTracks()[0]?.getSettings(),
      audio: source.getAudioTracks()[0]?.getSettings(),
    };
    const rates = this.#rates(Infinity);
    this.#connection = new Connection({
      url,
      connect: platform.connect,
      open: {
        streamKey: publishOptions.streamKey,
        token: publishOptions.token,
        offers: offers.map(({ mimeType }) => mimeType),
        ...this.#tracks,
        videoBitsPerSecond: rates.video,
        audioBitsPerSecond: rates.audio,
      },
      listener: {
        opened: (opened) => this.#onOpened(opened),
        progress: (progress) => this.#onProgress(progress),
        draining: (endsInMs) => this.#isOver || this.#listener.draining(endsInMs),
        finished: (outcome) => this.#end(outcome),
      },
    });
  }

  get negotiated(): Negotiated | null {
    if (!this.#recording) {
      return null;
    }
    const { opened, engine } = this.#recording;
    return {
      sessionId: opened.sessionId,
      engine: engine.name,
      mimeType: opened.mimeType,
      recordedAs: engine.recordedAs,
      video: opened.video,
      audio: opened.audio,
      timesliceMs: opened.timesliceMs,
      keyFrameIntervalMs: opened.keyFrameIntervalMs,
      maxBitsPerSecond: opened.maxBitsPerSecond,
    };
  }

  get server(): Progress | null {
    return this.#server;
  }

  get sending(): SenderStats | null {
    return this.#recording && this.#recording.sender.stats;
  }

  get engine(): Pick<Engine, "encodedFrames" | "width" | "height"> | null {
    return this.#recording && this.#recording.engine;
  }

  /** On the platform's clock; null until the stream is live. */
  get liveSinceMs(): number | null {
    return this.#recording && this.#recording.liveSinceMs;
  }

  /** Ends gracefully: everything captured is delivered, then the outcome is `ended`. */
  async finish(): Promise<void> {
    const recording = this.#recording;
    if (!recording || this.#isOver) {
      return;
    }
    try {
      this.#deadline.set(ENGINE_DEADLINE_MS, () =>
        this.failed(failures.recorderFailed("it did not stop")),
      );
      await recording.engine.stop();
      this.#deadline.set(DRAIN_DEADLINE_MS, () => this.failed(failures.unconfirmed()));
      await recording.sender.drained();
      this.#deadline.clear();
      this.#connection.stop();
    } catch (error) {
      this.failed(asPublishError(error));
    }
  }

  /** Releases everything immediately, without an outcome. */
  abort(): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#deadline.clear();
      this.#recording?.engine.abort();
      this.#recording?.sender.close();
      this.#connection.close();
    }
  }

  unit(unit: Parameters<EngineSink["unit"]>[0]): void {
    if (!this.#isOver) {
      this.#recording?.sender.unit(unit);
    }
  }

  warning(code: WarningCode, message: string): void {
    if (!this.#isOver) {
      this.#listener.warning(code, message);
    }
  }

  failed(error: PublishError): void {
    this.#end({ failed: error });
  }

  #onOpened(opened: Opened): void {
    try {
      this.#recording = this.#createRecording(opened);
      this.#recording.engine.start(this);
    } catch (error) {
      this.failed(asPublishError(error));
    }
    if (!this.#isOver) {
      this.#listener.live();
    }
  }

  #createRecording(opened: Opened): Recording {
    const { source, offers, platform, publishOptions } = this.#options;
    const offer = offers.find(({ mimeType }) => mimeType === opened.mimeType);
    if (!offer) {
      throw failures.unexpectedMessage();
    }
    const rates = this.#rates(opened.maxBitsPerSecond);
    const target = this.#target(rates.video);
    const engine = platform.engine(offer.engine, {
      source,
      mimeType: opened.mimeType,
      keyFrameIntervalMs: opened.keyFrameIntervalMs,
      timesliceMs: opened.timesliceMs,
      target,
      audioBitsPerSecond: rates.audio,
    });
    const sender = new Sender({
      transport: this.#connection,
      engine,
      maxMessageBytes: opened.maxMessageBytes,
      maxQueueMs: publishOptions.maxQueueMs ?? MAX_QUEUE_MS,
      target,
      audioBitsPerSecond: rates.audio,
      now: platform.now,
      adapted: (detail) => this.#isOver || this.#listener.adapted(detail),
      failed: (error) => this.failed(asPublishError(error)),
    });
    return { opened, engine, sender, liveSinceMs: platform.now() };
  }

  #rates(maxBitsPerSecond: number) {
    const { video, audio } = this.#options.publishOptions;
    const wished = { video: video?.bitsPerSecond, audio: audio?.bitsPerSecond };
    return bitRates(this.#tracks, wished, maxBitsPerSecond);
  }

  #target(videoBitsPerSecond: number): Target {
    const delivered = this.#tracks.video?.frameRate || FRAMES_PER_SECOND;
    const frameRate = Math.min(
      this.#options.publishOptions.video?.frameRate ?? Infinity,
      delivered,
    );
    return { videoBitsPerSecond, frameRate, scale: 1 };
  }

  #onProgress(progress: Progress): void {
    this.#server = progress;
    this.#recording?.sender.acknowledged(progress.acceptedBytes);
    this.#listener.progress();
  }

  #end(outcome: Outcome): void {
    if (!this.#isOver) {
      this.abort();
      this.#listener.finished(outcome);
    }
  }
}

const asPublishError = (error: unknown): PublishError =>
  error instanceof PublishError
    ? error
    : failures.recorderFailed(error instanceof Error ? error.message : String(error));
