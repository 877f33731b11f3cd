import type { Target } from "../types.js";
import { TrackClock } from "./track-clock.js";
import { fitted, videoConfig } from "./encoder-config.js";
import type { Format, Picture } from "./formats.js";
import { Frames } from "./track-reader.js";
import type { VideoPacket } from "./packet.js";

/** Frames that wait for the encoder. On a machine that is too slow, more of them would only be later. */
const MOST_WAITING_FRAMES = 3;

/** A source that shows nothing new (a shared screen, a canvas) sends nothing, and a live stream must go on. */
const REPEAT_AFTER_MS = 500;

/** A key frame comes a little early rather than late: receivers count the distance, and cameras leave frames out. */
const EARLY = 0.95;

/** What a camera's jitter may be, as a share of a frame's time, before a frame counts as one too many. */
const TOLERANCE = 0.3;

export interface VideoOptions {
  track: MediaStreamVideoTrack;
  format: NonNullable<Format["video"]>;
  picture: Picture;
  target: Target;
  keyFrameIntervalMs: number;
  packet: (packet: VideoPacket) => void;
  failed: (error: Error) => void;
  now: () => number;
}

/** Reads the frames of a track and encodes them: at a rate and size that may change at any frame. */
export class VideoTrackEncoder {
  readonly #options: VideoOptions;
  readonly #encoder: VideoEncoder;
  readonly #frames: Frames<VideoFrame>;
  readonly #clock = new TrackClock();
  #target: Target;
  #picture: Picture;
  #shape = "";
  #meta: EncodedVideoChunkMetadata | undefined;
  #last: VideoFrame | undefined;
  #lastMs = -Infinity;
  #dueMs = -Infinity;
  #keyAtMs = -Infinity;
  #paused = false;
  #encodedFrames = 0;
  #skipped = 0;

  constructor(options: VideoOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#picture = options.picture;
    this.#encoder = new VideoEncoder({
      output: (chunk, meta) => this.#encoded(chunk, meta),
      error: (error) => options.failed(error),
    });
    this.#configure();
    const processor = new MediaStreamTrackProcessor({ track: options.track });
    this.#frames = new Frames(processor, (frame) => this.#take(frame), options.failed);
  }

  get encodedFrames(): number {
    return this.#encodedFrames;
  }

  /** Frames left out because the encoder had not kept up. */
  get skippedFrames(): number {
    return this.#skipped;
  }

  get config(): VideoEncoderConfig {
    return videoConfig(this.#options.format, this.#picture, this.#target);
  }

  adapt(target: Target): void {
    this.#target = target;
    this.#configure();
  }

  /** Ends with a key frame. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#keyAtMs = -Infinity;
  }

  /** Called while other media comes, so that a picture that stands still is sent again now and then. */
  keepAlive(): void {
    const nowMs = this.#options.now();
    const isDue = nowMs - this.#lastMs >= REPEAT_AFTER_MS && this.#clock.calibrated(nowMs);
    if (this.#last && isDue) {
      this.#offer(this.#last, nowMs);
    }
  }

  /** @returns resolves when the last frame that was captured has been encoded */
  async stop(): Promise<void> {
    await this.#frames.stop();
    if (this.#encoder.state === "configured") {
      await this.#encoder.flush();
    }
    this.close();
  }

  close(): void {
    this.#frames.stop().catch(() => {});
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

  #take(frame: VideoFrame): void {
    const nowMs = this.#options.now();
    const capturedAtMs = this.#clock.toPageTime(frame.timestamp / 1_000, nowMs);
    if (this.#encoder.state !== "configured") {
      frame.close();
      return;
    }
    this.#last?.close();
    this.#last = frame;
    this.#fit(frame);
    if (this.#clock.calibrated(nowMs)) {
      this.#offer(frame, capturedAtMs);
    }
  }

  #fit({ displayWidth, displayHeight }: VideoFrame): void {
    const shape = `${displayWidth}x${displayHeight}`;
    if (this.#shape !== shape) {
      this.#shape = shape;
      this.#picture = fitted(displayWidth, displayHeight, this.#options.picture);
      this.#configure();
    }
  }

  #offer(frame: VideoFrame, capturedAtMs: number): void {
    // Two frames at one time cannot be told apart in the container.
    const isWanted = !this.#paused && this.#encoder.state === "configured";
    if (!isWanted || !this.#isDue(capturedAtMs) || capturedAtMs - this.#lastMs < 1) {
      return;
    }
    if (this.#encoder.encodeQueueSize >= MOST_WAITING_FRAMES) {
      this.#skipped++;
      return;
    }
    const key = capturedAtMs - this.#keyAtMs > EARLY * this.#options.keyFrameIntervalMs;
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
    if (capturedAtMs < this.#dueMs - TOLERANCE * frameMs) {
      return false;
    }
    const next = this.#dueMs + frameMs;
    // After a pause of the source there is nothing to catch up with.
    this.#dueMs = next > capturedAtMs - frameMs ? next : capturedAtMs;
    return true;
  }

  #encoded(chunk: EncodedVideoChunk, meta: EncodedVideoChunkMetadata | undefined): void {
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const key = chunk.type === "key";
    const capturedAtMs = chunk.timestamp / 1_000;
    if (key) {
      // An encoder makes one of its own accord when the size changes.
      this.#keyAtMs = Math.max(this.#keyAtMs, capturedAtMs);
    }
    if (meta?.decoderConfig) {
      this.#meta = meta;
    }
    const durationMs = 1_000 / this.#target.frameRate;
    this.#options.packet({ data, key, capturedAtMs, durationMs, meta: this.#meta });
  }
}
