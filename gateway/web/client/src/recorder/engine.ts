import type { Engine, EngineOptions, EngineSink } from "../engine.js";
import * as failures from "../failures.js";
import { delay, CAPTURE_LATENCY_MS } from "../delay.js";
import type { EngineName } from "../types.js";
import { MatroskaSplitter } from "./matroska-splitter.js";
import { Mp4Splitter } from "./mp4-splitter.js";
import type { Chunk, GopSplitter } from "./gop-splitter.js";

// The only sign that a browser ignores `videoKeyFrameIntervalDuration` is the distance of its
// key frames.
const LATE_FACTOR = 2;

/** Chromium's option, from the W3C's mediacapture-record; other browsers ignore it. */
interface RecorderOptions extends MediaRecorderOptions {
  videoKeyFrameIntervalDuration?: number;
}

type CreateRecorder = (source: MediaStream, options: RecorderOptions) => MediaRecorder;

const createRecorder: CreateRecorder = (source, options) => new MediaRecorder(source, options);

/** Records with MediaRecorder. Every browser has it, but nothing can be changed while it runs. */
export class RecorderEngine implements Engine {
  readonly name: EngineName = "media-recorder";
  readonly adapts = false;
  readonly #options: EngineOptions;
  readonly #recorder: MediaRecorder;
  readonly #now: () => number;
  readonly #video: MediaStreamTrack | undefined;
  #splitter: GopSplitter | null = null;
  #sink: EngineSink | null = null;
  /** Blobs are read one after another, however long each takes. */
  #reading: Promise<void> = Promise.resolve();
  #stopped!: () => void;
  readonly #whenStopped = new Promise<void>((resolve) => (this.#stopped = resolve));
  #stallTimer: ReturnType<typeof setInterval> | undefined;
  #isStopping = false;
  #frames = 0;
  #dataAtMs = 0;
  #keyAtMs = 0;
  #hasAskedForData = false;
  #hasWarnedOfKeys = false;

  /** @throws what MediaRecorder's constructor throws */
  constructor(options: EngineOptions, create = createRecorder, now = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#video = options.source.getVideoTracks()[0];
    this.#recorder = create(options.source, {
      mimeType: options.mimeType,
      videoBitsPerSecond: options.target.videoBitsPerSecond || undefined,
      audioBitsPerSecond: options.audioBitsPerSecond || undefined,
      videoKeyFrameIntervalDuration: options.keyFrameIntervalMs,
    });
  }

  get recordedAs(): string {
    return this.#recorder.mimeType || this.#options.mimeType;
  }

  get encodedFrames(): number | undefined {
    return this.#splitter?.isParsing ? this.#frames : undefined;
  }

  get width(): number | undefined {
    return this.#video?.getSettings().width;
  }

  get height(): number | undefined {
    return this.#video?.getSettings().height;
  }

  start(sink: EngineSink): void {
    this.#sink = sink;
    this.#dataAtMs = this.#keyAtMs = this.#now();
    this.#recorder.ondataavailable = ({ data }) => this.#read(data);
    this.#recorder.onstop = () => this.#onRecorderStop();
    this.#recorder.onerror = (event) =>
      this.#fail((event as Event & { error?: DOMException }).error?.message);
    this.#recorder.start(this.#options.timesliceMs);
    this.#stallTimer = setInterval(() => this.#checkForStall(), this.#options.keyFrameIntervalMs);
  }

  adapt(): void {}

  pauseVideo(): void {}

  keyFrame(): void {}

  async stop(): Promise<void> {
    this.#isStopping = true;
    await delay(CAPTURE_LATENCY_MS);
    this.#endRecorder();
    return this.#whenStopped;
  }

  abort(): void {
    this.#sink = null;
    this.#endRecorder();
  }

  #endRecorder(): void {
    clearInterval(this.#stallTimer);
    if (this.#recorder.state !== "inactive") {
      this.#recorder.stop();
    }
  }

  #read(blob: Blob): void {
    const capturedAtMs = this.#now();
    if (blob.size > 0) {
      this.#enqueue(async () => {
        const bytes = new Uint8Array(await blob.arrayBuffer());
        this.#splitter ??= this.recordedAs.includes("mp4")
          ? new Mp4Splitter()
          : new MatroskaSplitter();
        this.#emit(this.#splitter.push(bytes), capturedAtMs);
        this.#onData(capturedAtMs);
      });
    }
  }

  #enqueue(step: () => Promise<void> | void): void {
    this.#reading = this.#reading.then(step).catch((error: Error) => this.#fail(error.message));
  }

  #emit(chunks: Chunk[], capturedAtMs: number): void {
    for (const { kind, key, bytes, frames } of chunks) {
      this.#frames += frames;
      if (key) {
        this.#keyAtMs = capturedAtMs;
      }
      this.#sink?.unit({
        kind: kind === "header" ? "header" : "muxed",
        key,
        droppable: this.#splitter?.isParsing === true,
        capturedAtMs,
        byteLength: bytes.byteLength,
        frames,
        toBytes: () => Promise.resolve(bytes),
      });
    }
  }

  /** The recorder delivers its last data before this event. */
  #onRecorderStop(): void {
    clearInterval(this.#stallTimer);
    this.#enqueue(() => {
      this.#emit(this.#splitter?.flush() ?? [], this.#now());
      this.#stopped();
    });
    // It also stops when all tracks have ended; the liveness monitor handles that, gracefully.
    const tracks = this.#options.source.getTracks();
    if (!this.#isStopping && tracks.some(({ readyState }) => readyState === "live")) {
      this.#fail("it stopped unexpectedly");
    }
  }

  #onData(atMs: number): void {
    this.#dataAtMs = atMs;
    this.#hasAskedForData = false;
    const isLate = atMs - this.#keyAtMs > LATE_FACTOR * this.#options.keyFrameIntervalMs;
    if (this.#video && isLate && !this.#hasWarnedOfKeys) {
      this.#hasWarnedOfKeys = true;
      this.#sink?.warning(
        "few-key-frames",
        "Key frames are further apart than requested: viewers join later, and a slow network drops more video.",
      );
    }
  }

  /**
   * A slow browser may deliver data when asked; one that captures no frames has nothing to deliver.
   */
  #checkForStall(): void {
    if (this.#now() - this.#dataAtMs <= LATE_FACTOR * this.#options.keyFrameIntervalMs) {
      return;
    }
    if (!this.#hasAskedForData) {
      this.#hasAskedForData = true;
      this.#recorder.requestData();
    } else {
      this.#dataAtMs = this.#now();
      this.#sink?.warning("no-frames", "The browser's recorder is not delivering any data.");
    }
  }

  #fail(detail: string | undefined): void {
    this.#sink?.failed(failures.recorderFailed(detail));
  }
}
