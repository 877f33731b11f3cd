import type { Engine, EngineOptions, EngineSink, MediaUnit } from "../engine.js";
import { PublishError } from "../errors.js";
import { delay, CAPTURE_LATENCY_MS } from "../delay.js";
import type { Target } from "../types.js";
import { AudioTrackEncoder } from "./audio-encoder.js";
import { type Format, parse } from "./formats.js";
import { Muxer } from "./muxer.js";
import type { AudioPacket, VideoPacket } from "./packet.js";
import { OverloadDetector } from "./overload-detector.js";
import { videoSettingsOf } from "./support.js";
import { VideoTrackEncoder } from "./video-encoder.js";

/** How often a source without new frames is checked, when no other media triggers it. */
const KEEP_ALIVE_MS = 250;

/**
 * Encodes with WebCodecs, frame by frame: sent media is at most one frame old, key frames come when
 * requested, and rate and size can change while live.
 *
 * A recording starts with a key frame; earlier audio is discarded. Packets are muxed only when they
 * are sent, so that a group of pictures can be dropped and the audio around it kept.
 */
export class WebCodecsEngine implements Engine {
  readonly name = "webcodecs";
  readonly adapts = true;
  readonly recordedAs: string;

  readonly #options: EngineOptions;
  readonly #format: Format;
  readonly #now: () => number;
  #sink: EngineSink | undefined;
  #video: VideoTrackEncoder | undefined;
  #audio: AudioTrackEncoder | undefined;
  #muxer: Muxer | undefined;
  readonly #overload = new OverloadDetector();
  #originMs = 0;
  #awaitsAudio = false;
  #keepAlive: ReturnType<typeof setInterval> | undefined;

  constructor(options: EngineOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.recordedAs = options.mimeType;
    this.#format = parse(options.mimeType);
  }

  get encodedFrames(): number {
    return this.#video?.encodedFrames ?? 0;
  }

  get width(): number | undefined {
    return this.#video?.config.width;
  }

  get height(): number | undefined {
    return this.#video?.config.height;
  }

  start(sink: EngineSink): void {
    this.#sink = sink;
    const { source, target, keyFrameIntervalMs, audioBitsPerSecond } = this.#options;
    const { video, audio } = this.#format;
    const common = { failed: (error: Error) => this.#failed(error), now: this.#now };
    const videoTrack = source.getVideoTracks()[0];
    const audioTrack = source.getAudioTracks()[0];
    try {
      if (video && videoTrack) {
        this.#video = new VideoTrackEncoder({
          ...common,
          track: videoTrack,
          format: video,
          videoSettings: videoSettingsOf(videoTrack),
          target,
          keyFrameIntervalMs,
          packet: (packet) => this.#videoPacket(packet),
        });
      }
      if (audio && audioTrack) {
        this.#audio = new AudioTrackEncoder({
          ...common,
          track: audioTrack,
          format: audio,
          bitsPerSecond: audioBitsPerSecond,
          packet: (packet) => this.#audioPacket(packet),
        });
      }
    } catch (error) {
      this.#failed(error as Error);
      return;
    }
    // The first video frame starts the recording; it waits for audio.
    this.#awaitsAudio = this.#audio !== undefined;
    this.#video?.pause(this.#awaitsAudio);
    this.#keepAlive = setInterval(() => this.#onTimer(), KEEP_ALIVE_MS);
  }

  adapt(target: Target): void {
    this.#video?.adapt(target);
  }

  pauseVideo(paused: boolean): void {
    this.#video?.pause(paused);
  }

  keyFrame(): void {
    this.#video?.keyFrame();
  }

  async stop(): Promise<void> {
    await delay(CAPTURE_LATENCY_MS);
    clearInterval(this.#keepAlive);
    // Both must deliver what they have captured, so neither waits for the other.
    await Promise.all([this.#video?.stop(), this.#audio?.stop()]);
    const muxer = this.#muxer;
    if (muxer) {
      this.#emit("trailer", { key: false, capturedAtMs: this.#now() }, () => muxer.finish());
    }
    this.#sink = undefined;
  }

  abort(): void {
    clearInterval(this.#keepAlive);
    this.#sink = undefined;
    this.#video?.close();
    this.#audio?.close();
  }

  #onTimer(): void {
    this.#audio?.keepAlive();
    this.#video?.keepAlive();
    const { encodedFrames = 0, skippedFrames = 0 } = this.#video ?? {};
    if (this.#overload.update(this.#now(), encodedFrames, skippedFrames)) {
      this.#sink?.warning(
        "encoder-slow",
        "This computer is too busy to encode every frame. Choose a lower resolution or frame rate.",
      );
    }
  }

  #videoPacket(packet: VideoPacket): void {
    this.#audio?.keepAlive();
    const muxer = this.#muxer ?? (packet.key ? this.#startRecording(packet) : undefined);
    if (muxer) {
      this.#emit("video", packet, () => muxer.addVideo(packet));
    }
  }

  #audioPacket(packet: AudioPacket): void {
    if (this.#awaitsAudio) {
      this.#awaitsAudio = false;
      this.#video?.pause(false);
    }
    this.#video?.keepAlive();
    const muxer = this.#muxer ?? (this.#video ? undefined : this.#startRecording(packet));
    if (muxer && packet.capturedAtMs >= this.#originMs) {
      // A decoder can start at every audio packet, but `key` means the start of a group of
      // pictures.
      this.#emit("audio", { ...packet, key: false }, () => muxer.addAudio(packet));
    }
  }

  #startRecording({ capturedAtMs }: VideoPacket | AudioPacket): Muxer {
    this.#originMs = capturedAtMs;
    this.#muxer = new Muxer(this.#format, capturedAtMs);
    return this.#muxer;
  }

  #emit(
    kind: MediaUnit["kind"],
    { key, capturedAtMs, data }: Pick<MediaUnit, "key" | "capturedAtMs"> & { data?: Uint8Array },
    toBytes: MediaUnit["toBytes"],
  ): void {
    const byteLength = data?.byteLength ?? 0;
    const frames = kind === "video" ? 1 : 0;
    this.#sink?.unit({ kind, key, droppable: true, capturedAtMs, byteLength, frames, toBytes });
  }

  #failed(error: Error): void {
    const sink = this.#sink;
    this.abort();
    sink?.failed(
      new PublishError(
        "encoder-failed",
        `The browser's encoder failed: ${error.message}.`,
        "Try again with a lower resolution or another browser.",
      ),
    );
  }
}
