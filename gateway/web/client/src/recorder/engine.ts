import type { Engine, EngineOptions, EngineSink } from "../engine.js";
import * as failures from "../failures.js";
import { pause, UNDER_WAY_MS } from "../delay.js";
import type { EngineName } from "../types.js";
import { MatroskaSplitter } from "./matroska-splitter.js";
import { Mp4Splitter } from "./mp4-splitter.js";
import type { Piece, Splitter } from "./gop-splitter.js";

// A browser that does not know `videoKeyFrameIntervalDuration` shows it by what it makes.
const LATE = 2;

/** Chromium's, from the W3C's mediacapture-record; others ignore it. */
interface RecorderOptions extends MediaRecorderOptions {
  videoKeyFrameIntervalDuration?: number;
}

type Record = (source: MediaStream, options: RecorderOptions) => MediaRecorder;

const record: Record = (source, options) => new MediaRecorder(source, options);

/** Records with MediaRecorder: every browser has it, and nothing about it can be changed once it runs. */
export class RecorderEngine implements Engine {
  readonly name: EngineName = "media-recorder";
  readonly adapts = false;
  readonly #options: EngineOptions;
  readonly #recorder: MediaRecorder;
  readonly #now: () => number;
  readonly #video: MediaStreamTrack | undefined;
  #splitter: Splitter | null = null;
  #sink: EngineSink | null = null;
  /** Blobs are read one after the other, however long each takes. */
  #reading: Promise<void> = Promise.resolve();
  #stopped!: () => void;
  readonly #whenStopped = new Promise<void>((resolve) => (this.#stopped = resolve));
  #looks: ReturnType<typeof setInterval> | undefined;
  #isStopping = false;
  #frames = 0;
  #dataAtMs = 0;
  #keyAtMs = 0;
  #hasAskedForData = false;
  #hasWarnedOfKeys = false;

  /** @throws what MediaRecorder's constructor throws */
  constructor(options: EngineOptions, recordWith = record, now = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#video = options.source.getVideoTracks()[0];
    this.#recorder = recordWith(options.source, {
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
    return this.#splitter?.follows ? this.#frames : undefined;
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
    this.#recorder.onstop = () => this.#recorderStopped();
    this.#recorder.onerror = (event) =>
      this.#fail((event as Event & { error?: DOMException }).error?.message);
    this.#recorder.start(this.#options.timesliceMs);
    this.#looks = setInterval(() => this.#look(), this.#options.keyFrameIntervalMs);
  }

  adapt(): void {}

  pauseVideo(): void {}

  async stop(): Promise<void> {
    this.#isStopping = true;
    await pause(UNDER_WAY_MS);
    this.#endRecorder();
    return this.#whenStopped;
  }

  abort(): void {
    this.#sink = null;
    this.#endRecorder();
  }

  #endRecorder(): void {
    clearInterval(this.#looks);
    if (this.#recorder.state !== "inactive") {
      this.#recorder.stop();
    }
  }

  #read(blob: Blob): void {
    const capturedAtMs = this.#now();
    if (blob.size > 0) {
      this.#inOrder(async () => {
        const bytes = new Uint8Array(await blob.arrayBuffer());
        this.#splitter ??= this.recordedAs.includes("mp4")
          ? new Mp4Splitter()
          : new MatroskaSplitter();
        this.#give(this.#splitter.push(bytes), capturedAtMs);
        this.#arrived(capturedAtMs);
      });
    }
  }

  #inOrder(step: () => Promise<void> | void): void {
    this.#reading = this.#reading.then(step).catch((error: Error) => this.#fail(error.message));
  }

  #give(pieces: Piece[], capturedAtMs: number): void {
    for (const { kind, key, bytes, frames } of pieces) {
      this.#frames += frames;
      if (key) {
        this.#keyAtMs = capturedAtMs;
      }
      this.#sink?.unit({
        kind: kind === "header" ? "header" : "both",
        key,
        cuttable: this.#splitter?.follows === true,
        capturedAtMs,
        byteLength: bytes.byteLength,
        frames,
        toBytes: () => Promise.resolve(bytes),
      });
    }
  }

  /** The recorder's last data comes before this event. */
  #recorderStopped(): void {
    clearInterval(this.#looks);
    this.#inOrder(() => {
      this.#give(this.#splitter?.flush() ?? [], this.#now());
      this.#stopped();
    });
    // It also stops when all tracks have ended, which whoever watches them deals with, in order.
    const tracks = this.#options.source.getTracks();
    if (!this.#isStopping && tracks.some(({ readyState }) => readyState === "live")) {
      this.#fail("it stopped by itself");
    }
  }

  #arrived(atMs: number): void {
    this.#dataAtMs = atMs;
    this.#hasAskedForData = false;
    const isLate = atMs - this.#keyAtMs > LATE * this.#options.keyFrameIntervalMs;
    if (this.#video && isLate && !this.#hasWarnedOfKeys) {
      this.#hasWarnedOfKeys = true;
      this.#sink?.warning(
        "few-key-frames",
        "This browser sets key frames further apart than it was asked to: viewers join later, and a slow network costs more of the picture.",
      );
    }
  }

  /** A browser that takes its time with data may give it when asked; one that has no pictures has nothing to give. */
  #look(): void {
    if (this.#now() - this.#dataAtMs <= LATE * this.#options.keyFrameIntervalMs) {
      return;
    }
    if (!this.#hasAskedForData) {
      this.#hasAskedForData = true;
      this.#recorder.requestData();
    } else {
      this.#dataAtMs = this.#now();
      this.#sink?.warning("no-frames", "The browser's recorder gives nothing at the moment.");
    }
  }

  #fail(detail: string | undefined): void {
    this.#sink?.failed(failures.recorderFailed(detail));
  }
}
