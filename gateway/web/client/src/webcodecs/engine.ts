import type { Engine, EngineOptions, EngineSink, MediaUnit } from "../engine.js";
import { PublishError } from "../errors.js";
import { pause, UNDER_WAY_MS } from "../delay.js";
import type { Target } from "../types.js";
import { AudioTrackEncoder } from "./audio-encoder.js";
import { type Format, parse } from "./formats.js";
import { Muxer } from "./muxer.js";
import type { AudioPacket, VideoPacket } from "./packet.js";
import { Slowness } from "./overload-detector.js";
import { pictureOf } from "./support.js";
import { VideoTrackEncoder } from "./video-encoder.js";

/** How often a source that stands still is looked after, where no other media gives occasion to. */
const KEEP_ALIVE_MS = 250;

/**
 * Encodes with WebCodecs, frame by frame: what is sent is at most a frame old, a key frame comes when it is asked for,
 * and rate and size change while live.
 *
 * A recording begins with a key frame; sound from before it is left out. It is put into the container only when it is
 * sent, so that a group of pictures can be dropped and the sound around it kept.
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
  readonly #slowness = new Slowness();
  #originMs = 0;
  #waitsForSound = false;
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
          picture: pictureOf(videoTrack),
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
    // The first picture is the beginning; it waits until there is sound to go with it.
    this.#waitsForSound = this.#audio !== undefined;
    this.#video?.pause(this.#waitsForSound);
    this.#keepAlive = setInterval(() => this.#look(), KEEP_ALIVE_MS);
  }

  adapt(target: Target): void {
    this.#video?.adapt(target);
  }

  pauseVideo(paused: boolean): void {
    this.#video?.pause(paused);
  }

  async stop(): Promise<void> {
    await pause(UNDER_WAY_MS);
    clearInterval(this.#keepAlive);
    // What both have heard until now is wanted, so neither waits for the other.
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

  #look(): void {
    this.#audio?.keepAlive();
    this.#video?.keepAlive();
    const { encodedFrames = 0, skippedFrames = 0 } = this.#video ?? {};
    if (this.#slowness.look(this.#now(), encodedFrames, skippedFrames)) {
      this.#sink?.warning(
        "encoder-slow",
        "This computer is too busy to encode every picture: choose a smaller one or fewer a second.",
      );
    }
  }

  #videoPacket(packet: VideoPacket): void {
    this.#audio?.keepAlive();
    const muxer = this.#muxer ?? (packet.key ? this.#begin(packet) : undefined);
    if (muxer) {
      this.#emit("video", packet, () => muxer.addVideo(packet));
    }
  }

  #audioPacket(packet: AudioPacket): void {
    if (this.#waitsForSound) {
      this.#waitsForSound = false;
      this.#video?.pause(false);
    }
    this.#video?.keepAlive();
    const muxer = this.#muxer ?? (this.#video ? undefined : this.#begin(packet));
    if (muxer && packet.capturedAtMs >= this.#originMs) {
      // A decoder can begin with every packet of sound, but what begins a group of pictures is meant.
      this.#emit("audio", { ...packet, key: false }, () => muxer.addAudio(packet));
    }
  }

  #begin({ capturedAtMs }: VideoPacket | AudioPacket): Muxer {
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
    this.#sink?.unit({ kind, key, cuttable: true, capturedAtMs, byteLength, frames, toBytes });
  }

  #failed(error: Error): void {
    const sink = this.#sink;
    this.abort();
    sink?.failed(
      new PublishError(
        "encoder-failed",
        `The browser's encoder gave up: ${error.message}.`,
        "Try again with a smaller picture or another browser.",
      ),
    );
  }
}
