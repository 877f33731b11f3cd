import type { Target } from "../types.js";
import { TrackClock } from "./track-clock.js";
import { fitWithin, videoConfig } from "./encoder-config.js";
import type { Format, VideoSettings } from "./formats.js";
import { TrackReader } from "./track-reader.js";
import type { VideoPacket } from "./packet.js";

/**
 * Frames waiting for the encoder. On a computer that is too slow, a longer queue would only add
 * delay.
 */
const MAX_ENCODER_QUEUE = 3;

/**
 * A source without changes (a shared screen, a canvas) delivers no frames, but a live stream must
 * continue.
 */
const REPEAT_AFTER_MS = 500;

/**
 * Key frames come slightly early rather than late: receivers check their distance, and cameras skip
 * frames.
 */
const KEY_FRAME_EARLY_FACTOR = 0.95;

/** Camera jitter, as a share of a frame's duration, that does not yet make a frame surplus. */
const FRAME_TIME_TOLERANCE = 0.3;

export interface VideoOptions {
  track: MediaStreamVideoTrack;
  format: NonNullable<Format["video"]>;
  videoSettings: VideoSettings;
  target: Target;
  keyFrameIntervalMs: number;
  packet: (packet: VideoPacket) => void;
  failed: (error: Error) => void;
  now: () => number;
}

/** Reads the frames of a track and encodes them; rate and size can change at any frame. */
export class VideoTrackEncoder {
  readonly #options: VideoOptions;
  readonly #encoder: VideoEncoder;
  readonly #reader: TrackReader<VideoFrame>;
  readonly #clock = new TrackClock();
  #target: Target;
  #videoSettings: VideoSettings;
  #shape = "";
  #meta: EncodedVideoChunkMetadata | undefined;
  #last: VideoFrame | undefined;
  #lastMs = -Infinity;
  #dueMs = -Infinity;
  #keyAtMs = -Infinity;
  #paused = false;
  #encodedFrames = 0;
  #skippedFrames = 0;

  constructor(options: VideoOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#videoSettings = options.videoSettings;
    this.#encoder = new VideoEncoder({
      output: (chunk, meta) => this.#onEncoded(chunk, meta),
      error: (error) => options.failed(error),
    });
    this.#configure();
    const processor = new MediaStreamTrackProcessor({ track: options.track });
    this.#reader = new TrackReader(processor, (frame) => this.#onFrame(frame), options.failed);
  }

  get encodedFrames(): number {
    return this.#encodedFrames;
  }

  /** Frames dropped because the encoder was busy. */
  get skippedFrames(): number {
    return this.#skippedFrames;
  }

  get config(): VideoEncoderConfig {
    return videoConfig(this.#options.format, this.#videoSettings, this.#target);
  }

  adapt(target: Target): void {
    this.#target = target;
    this.#configure();
  }

  /** Video resumes with a key frame. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.keyFrame();
  }

  /** The next frame becomes a key frame. */
  keyFrame(): void {
    this.#keyAtMs = -Infinity;
  }

  /** Call while other media arrives, so that a static picture is sent again now and then. */
  keepAlive(): void {
    const nowMs = this.#options.now();
    const isDue = nowMs - this.#lastMs >= REPEAT_AFTER_MS && this.#clock.isCalibrated(nowMs);
    if (this.#last && isDue) {
      this.#encode(this.#last, nowMs);
    }
  }

  /** @returns resolves when the last captured frame has been encoded */
  async stop(): Promise<void> {
    await this.#reader.stop();
    if (this.#encoder.state === "configured") {
      await this.#encoder.flush();
    }
    this.close();
  }

  close(): void {
    this.#reader.stop().catch(() => {});
    this.#last?.close();
    this.#last = undefined;
    if (this.#encoder.state !== "closed") {
      this.#encoder.close();
    }
  }

  #configure(): void {
    if (this.#encoder.state !== "closed") {
      this.#encoder.configure(this.config);
    }
  }

  #onFrame(frame: VideoFrame): void {
    const nowMs = this.#options.now();
    const capturedAtMs = this.#clock.toPageTime(frame.timestamp / 1_000, nowMs);
    if (this.#encoder.state !== "configured") {
      frame.close();
      return;
    }
    this.#last?.close();
    this.#last = frame;
    this.#updateShape(frame);
    if (this.#clock.isCalibrated(nowMs)) {
      this.#encode(frame, capturedAtMs);
    }
  }

  #updateShape({ displayWidth, displayHeight }: VideoFrame): void {
    const shape = `${displayWidth}x${displayHeight}`;
    if (this.#shape !== shape) {
      this.#shape = shape;
      this.#videoSettings = fitWithin(displayWidth, displayHeight, this.#options.videoSettings);
      this.#configure();
    }
  }

  #encode(frame: VideoFrame, capturedAtMs: number): void {
    // The container cannot distinguish two frames with the same time.
    const isWanted = !this.#paused && this.#encoder.state === "configured";
    if (!isWanted || !this.#isDue(capturedAtMs) || capturedAtMs - this.#lastMs < 1) {
      return;
    }
    if (this.#encoder.encodeQueueSize >= MAX_ENCODER_QUEUE) {
      this.#skippedFrames++;
      return;
    }
    const key =
      capturedAtMs - this.#keyAtMs > KEY_FRAME_EARLY_FACTOR * this.#options.keyFrameIntervalMs;
    if (key) {
      this.#keyAtMs = capturedAtMs;
    }
    this.#lastMs = capturedAtMs;
    const timed = new VideoFrame(frame, { timestamp: Math.round(capturedAtMs * 1_000) });
    this.#encoder.encode(timed, { keyFrame: key });
    timed.close();
    this.#encodedFrames++;
  }

  #isDue(capturedAtMs: number): boolean {
    const frameMs = 1_000 / this.#target.frameRate;
    if (capturedAtMs < this.#dueMs - FRAME_TIME_TOLERANCE * frameMs) {
      return false;
    }
    const next = this.#dueMs + frameMs;
    // After a pause of the source there is nothing to catch up with.
    this.#dueMs = next > capturedAtMs - frameMs ? next : capturedAtMs;
    return true;
  }

  #onEncoded(chunk: EncodedVideoChunk, meta: EncodedVideoChunkMetadata | undefined): void {
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const key = chunk.type === "key";
    const capturedAtMs = chunk.timestamp / 1_000;
    if (key) {
      // Encoders insert a key frame on their own when the size changes.
      this.#keyAtMs = Math.max(this.#keyAtMs, capturedAtMs);
    }
    if (meta?.decoderConfig) {
      this.#meta = meta;
    }
    const durationMs = 1_000 / this.#target.frameRate;
    this.#options.packet({ data, key, capturedAtMs, durationMs, meta: this.#meta });
  }
}
