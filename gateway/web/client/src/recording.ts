import { Deadline } from "./deadline.js";
import type { EncodingRequest } from "./encoding-request.js";
import type { Engine, EngineSink, Offer } from "./engine.js";
import type { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import type { Opened, Progress, ResumeGrant, ResumeMessage, Resumed } from "./messages.js";
import type { Platform } from "./platform.js";
import { Retained } from "./retained.js";
import { Sender } from "./sending/sender.js";
import { type AwayLimits, awayLimits } from "./sending/backlog.js";
import type { SenderStats } from "./sending/sender-options.js";
import type { MediaConnection } from "./sending/transport.js";
import type {
  LiveStreamEvents,
  Negotiated,
  PublishOptions,
  Resumption,
  WarningCode,
} from "./types.js";

const ENGINE_DEADLINE_MS = 5_000;
// The queue is bounded in time, so every network that carries the stream at all meets this
// deadline.
const DRAIN_DEADLINE_MS = 30_000;
const MAX_QUEUE_MS = 2_000;

export interface RecordingListener {
  adapted(detail: LiveStreamEvents["adaptation"]["detail"]): void;
  warning(warning: { code: WarningCode; message: string }): void;
  /** The recording has ended. Called once, not after `abort`. */
  failed(error: PublishError): void;
}

export interface RecordingOptions {
  source: MediaStream;
  offers: Offer[];
  request: EncodingRequest;
  publishOptions: PublishOptions;
  platform: Platform;
  listener: RecordingListener;
}

/**
 * One recording: its encoders, and what they produce. It outlives its connection if the gateway
 * permits that, and continues over the next one.
 */
export class Recording implements EngineSink {
  readonly liveSinceMs: number;
  readonly engine: Engine;
  readonly #options: RecordingOptions;
  readonly #offer: Offer;
  readonly #opened: Opened;
  readonly #retained: Retained;
  readonly #sender: Sender;
  readonly #away: AwayLimits | null;
  readonly #deadline = new Deadline();
  #sessionId: string;
  #grant: ResumeGrant | undefined;
  #connection: MediaConnection | null = null;
  #server: Progress | null = null;
  /** On the wall clock; null while there is a connection. */
  #awaySinceMs: number | null = null;
  #droppedBeforeAway = 0;
  #stage: "recording" | "stopping" | "stopped" | "over" = "recording";

  /** @throws PublishError if the gateway chose what was not offered */
  constructor(options: RecordingOptions, opened: Opened) {
    const { source, offers, request, platform, publishOptions } = options;
    const offer = offers.find(({ mimeType }) => mimeType === opened.mimeType);
    if (!offer) {
      throw failures.unexpectedMessage();
    }
    const rates = request.rates(opened.maxBitsPerSecond);
    const target = request.target(rates.video);
    this.#options = options;
    this.#offer = offer;
    this.#opened = opened;
    this.#sessionId = opened.sessionId;
    this.#grant = opened.resume;
    this.#away = awayLimits(opened.resume, publishOptions.resume);
    this.liveSinceMs = platform.now();
    this.engine = platform.engine(offer.engine, {
      source,
      mimeType: opened.mimeType,
      keyFrameIntervalMs: opened.keyFrameIntervalMs,
      timesliceMs: opened.timesliceMs,
      target,
      audioBitsPerSecond: rates.audio,
    });
    this.#retained = new Retained(this.#away && opened.mimeType, this.#away?.maxBytes ?? Infinity);
    this.#sender = new Sender({
      engine: this.engine,
      retained: this.#retained,
      away: this.#away,
      maxQueueMs: publishOptions.maxQueueMs ?? MAX_QUEUE_MS,
      target,
      audioBitsPerSecond: rates.audio,
      now: platform.now,
      adapted: (detail) => this.isOver || options.listener.adapted(detail),
      failed: (error) => this.failed(failures.asPublishError(error)),
      overflowed: () => this.abort(),
    });
  }

  get negotiated(): Negotiated {
    const { mimeType, video, audio, timesliceMs, keyFrameIntervalMs, maxBitsPerSecond } =
      this.#opened;
    return {
      sessionId: this.#sessionId,
      engine: this.engine.name,
      mimeType,
      recordedAs: this.engine.recordedAs,
      video,
      audio,
      timesliceMs,
      keyFrameIntervalMs,
      maxBitsPerSecond,
    };
  }

  /** The gateway's last report. */
  get server(): Progress | null {
    return this.#server;
  }

  get isOver(): boolean {
    return this.#stage === "over";
  }

  get sending(): SenderStats {
    return this.#sender.stats;
  }

  /** For how much longer another connection may continue it, in milliseconds; 0 if none may. */
  get continuableForMs(): number {
    if (!this.#away || !this.#grant || this.#stage === "over") {
      return 0;
    }
    return Math.max(0, this.#away.maxMs - this.#awayMs);
  }

  get #awayMs(): number {
    return this.#awaySinceMs === null
      ? 0
      : Math.max(0, this.#options.platform.wallClock() - this.#awaySinceMs);
  }

  /** How to continue it. */
  get resumeMessage(): ResumeMessage {
    return {
      sessionId: this.#sessionId,
      token: this.#grant?.token ?? "",
      keptFromByte: this.#retained.keptFromByte,
      sentBytes: this.sending.sentBytes,
      mimeType: this.#opened.mimeType,
      open: this.#options.request.open([this.#offer]),
    };
  }

  /** To be added to the URL of the connection that continues it. */
  get resumeQuery(): string | undefined {
    return this.#grant?.query;
  }

  /** Starts recording, over its first connection. */
  start(connection: MediaConnection): void {
    this.#attach(connection, 0);
    this.engine.start(this);
  }

  /**
   * Continues over another connection.
   *
   * @throws PublishError if the gateway needs what does not exist here any more
   */
  resume(connection: MediaConnection, resumed: Resumed): Resumption {
    const { mode, nextByte, sessionId, resume } = resumed;
    const awayMs = this.#awayMs;
    const { sentBytes, droppedGroups } = this.sending;
    const shift = mode === "restart" ? this.#retained.restart(this.#server?.acceptedBytes ?? 0) : 0;
    const isKept = nextByte >= this.#retained.keptFromByte && nextByte <= this.#retained.endByte;
    if (shift === null || !isKept) {
      throw failures.cannotContinue();
    }
    if (mode === "restart") {
      this.#server = null;
    }
    this.#sessionId = sessionId;
    this.#grant = resume;
    this.#attach(connection, nextByte);
    return {
      mode,
      awayMs,
      resentBytes: Math.max(0, sentBytes + shift - nextByte),
      lostGroups: droppedGroups - this.#droppedBeforeAway,
    };
  }

  /**
   * The connection is lost. What is recorded now waits for the next one.
   *
   * @param agoMs how long ago
   */
  detach(agoMs = 0): void {
    if (this.#connection) {
      this.#connection = null;
      this.#awaySinceMs = this.#options.platform.wallClock() - agoMs;
      this.#droppedBeforeAway = this.sending.droppedGroups;
      this.#sender.detach();
    }
  }

  onProgress(progress: Progress): void {
    this.#server = progress;
    this.#sender.acknowledged(progress.acceptedBytes);
  }

  /** Whether the gateway has less of it than was recorded. */
  isMissingAfter(acceptedBytes: number): boolean {
    const isRecording = this.#stage === "recording" || this.#stage === "stopping";
    return isRecording || !this.#sender.hasSentAll || acceptedBytes < this.#retained.endByte;
  }

  /**
   * Ends gracefully: everything captured is sent, over as many connections as it takes, and each of
   * them is then told to stop.
   */
  async finish(): Promise<void> {
    if (this.#stage !== "recording") {
      return;
    }
    this.#stage = "stopping";
    try {
      this.#deadline.set(ENGINE_DEADLINE_MS, () =>
        this.failed(failures.recorderFailed("it did not stop")),
      );
      await this.engine.stop();
      if (this.isOver) {
        return;
      }
      this.#stage = "stopped";
      this.#deadline.set(DRAIN_DEADLINE_MS + 3 * (this.#away?.maxMs ?? 0), () =>
        this.failed(failures.unconfirmed()),
      );
      void this.#stopWhenSent();
    } catch (error) {
      this.failed(failures.asPublishError(error));
    }
  }

  /** Releases everything immediately. */
  abort(): void {
    if (!this.isOver) {
      this.#stage = "over";
      this.#deadline.clear();
      this.engine.abort();
      this.#sender.close();
    }
  }

  unit(unit: Parameters<EngineSink["unit"]>[0]): void {
    if (!this.isOver) {
      this.#sender.unit(unit);
    }
  }

  warning(code: WarningCode, message: string): void {
    if (!this.isOver) {
      this.#options.listener.warning({ code, message });
    }
  }

  failed(error: PublishError): void {
    if (!this.isOver) {
      this.abort();
      this.#options.listener.failed(error);
    }
  }

  #attach(connection: MediaConnection, nextByte: number): void {
    this.#connection = connection;
    this.#awaySinceMs = null;
    this.#sender.attach(connection, this.#opened.maxMessageBytes, nextByte);
    if (this.#stage === "stopped") {
      void this.#stopWhenSent();
    }
  }

  async #stopWhenSent(): Promise<void> {
    const connection = this.#connection;
    await this.#sender.drained();
    if (connection && connection === this.#connection && !this.isOver) {
      if (!this.#away) {
        // The connection waits for the confirmation.
        this.#deadline.clear();
      }
      connection.stop();
    }
  }
}
