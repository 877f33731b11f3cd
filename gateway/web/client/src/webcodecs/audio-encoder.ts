import { TrackClock } from "./track-clock.js";
import { audioConfig } from "./encoder-config.js";
import type { Format } from "./formats.js";
import { TrackReader } from "./track-reader.js";
import type { AudioPacket } from "./packet.js";
import { AudioTimeline } from "./audio-timeline.js";

/**
 * A microphone that delivers nothing for this long was muted or suspended: silence is sent instead.
 */
const FILL_AFTER_MS = 400;

/**
 * A source without any audio by then (an audio context that waits for a click) is treated as
 * silent.
 */
const SILENT_AFTER_MS = 1_000;
const SILENCE = { sampleRate: 48_000, numberOfChannels: 1 };

export interface AudioOptions {
  track: MediaStreamAudioTrack;
  format: NonNullable<Format["audio"]>;
  bitsPerSecond: number;
  packet: (packet: AudioPacket) => void;
  failed: (error: Error) => void;
  now: () => number;
}

/**
 * Reads the audio of a track and encodes it without gaps; each packet carries the time of its
 * samples.
 */
export class AudioTrackEncoder {
  readonly #options: AudioOptions;
  readonly #encoder: AudioEncoder;
  readonly #reader: TrackReader<AudioData>;
  readonly #clock = new TrackClock();
  readonly #startedAtMs: number;
  #timeline: AudioTimeline | undefined;
  #channels = 0;
  #meta: EncodedAudioChunkMetadata | undefined;
  #sentMs = -Infinity;

  constructor(options: AudioOptions) {
    this.#options = options;
    this.#startedAtMs = options.now();
    this.#encoder = new AudioEncoder({
      output: (chunk, meta) => this.#onEncoded(chunk, meta),
      error: (error) => options.failed(error),
    });
    const processor = new MediaStreamTrackProcessor({ track: options.track });
    this.#reader = new TrackReader(processor, (data) => this.#onData(data), options.failed);
  }

  /**
   * Call while other media arrives: where audio is missing, silence is encoded, so that video need
   * not wait for it.
   */
  keepAlive(): void {
    const nowMs = this.#options.now();
    if (this.#encoder.state === "closed") {
      return;
    }
    if (!this.#timeline && nowMs - this.#startedAtMs >= SILENT_AFTER_MS) {
      this.#timelineFor(SILENCE).place(nowMs - FILL_AFTER_MS, 0);
    }
    const frames = this.#timeline?.missingFrames(nowMs, FILL_AFTER_MS) ?? 0;
    if (frames > 0) {
      this.#encodeSilence(frames);
    }
  }

  /** @returns resolves when all captured audio has been encoded */
  async stop(): Promise<void> {
    await this.#reader.stop();
    if (this.#encoder.state === "configured") {
      await this.#encoder.flush();
    }
    this.close();
  }

  close(): void {
    this.#reader.stop().catch(() => {});
    if (this.#encoder.state !== "closed") {
      this.#encoder.close();
    }
  }

  #onData(data: AudioData): void {
    const arrivedAtMs = this.#options.now();
    const startMs = this.#clock.toPageTime(data.timestamp / 1_000, arrivedAtMs);
    if (this.#clock.isCalibrated(arrivedAtMs) && this.#encoder.state !== "closed") {
      const timeline = this.#timelineFor(data);
      const placement = timeline.place(startMs, data.numberOfFrames);
      if (placement.action === "fill-then-encode") {
        this.#encodeSilence(placement.frames);
      }
      if (placement.action !== "drop") {
        this.#encode(samples(data), data.numberOfFrames);
      }
    }
    data.close();
  }

  /** A source can change its sample rate, which starts a new timeline. */
  #timelineFor({ sampleRate, numberOfChannels }: typeof SILENCE): AudioTimeline {
    if (this.#timeline?.sampleRate !== sampleRate || this.#channels !== numberOfChannels) {
      const { format, bitsPerSecond } = this.#options;
      this.#encoder.configure(audioConfig(format, sampleRate, numberOfChannels, bitsPerSecond));
      this.#timeline = new AudioTimeline(sampleRate);
      this.#channels = numberOfChannels;
    }
    return this.#timeline;
  }

  #encodeSilence(frames: number): void {
    this.#encode(new Float32Array(frames * this.#channels), frames);
  }

  #encode(planes: Float32Array<ArrayBuffer>, frames: number): void {
    const timeline = this.#timeline!;
    const data = new AudioData({
      format: "f32-planar",
      sampleRate: timeline.sampleRate,
      numberOfChannels: this.#channels,
      numberOfFrames: frames,
      timestamp: Math.round((timeline.frames * 1_000_000) / timeline.sampleRate),
      data: planes,
    });
    this.#encoder.encode(data);
    data.close();
    timeline.advance(frames);
  }

  #onEncoded(chunk: EncodedAudioChunk, meta: EncodedAudioChunkMetadata | undefined): void {
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const durationMs = (chunk.duration ?? 0) / 1_000;
    const atMs = this.#timeline!.toPageTime(chunk.timestamp / 1_000);
    const capturedAtMs = Math.max(this.#sentMs, atMs);
    this.#sentMs = capturedAtMs;
    if (meta?.decoderConfig) {
      this.#meta = meta;
    }
    this.#options.packet({ data, key: true, capturedAtMs, durationMs, meta: this.#meta });
  }
}

function samples(data: AudioData): Float32Array<ArrayBuffer> {
  const { numberOfFrames, numberOfChannels } = data;
  const planes = new Float32Array(numberOfFrames * numberOfChannels);
  for (let planeIndex = 0; planeIndex < numberOfChannels; planeIndex++) {
    const plane = planes.subarray(planeIndex * numberOfFrames, (planeIndex + 1) * numberOfFrames);
    data.copyTo(plane, { planeIndex, format: "f32-planar" });
  }
  return planes;
}
