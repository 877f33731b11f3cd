import {
  AppendOnlyStreamTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  Output,
} from "mediabunny";
import type { Format } from "./formats.js";
import type { AudioPacket, VideoPacket } from "./packet.js";

/** Every key frame starts a cluster, so that a reader can start there. */
const CLUSTERS = { appendOnly: true, minimumClusterDuration: 0.1 };

/**
 * Muxes packets into live Matroska: clusters of unknown size, nothing patched later. Packets of the
 * two tracks are interleaved by time, so the output can lag behind by one packet of the other
 * track.
 */
export class Muxer {
  readonly #output: Output;
  readonly #video: EncodedVideoPacketSource | undefined;
  readonly #audio: EncodedAudioPacketSource | undefined;
  readonly #started: Promise<void>;
  readonly #originMs: number;
  #written: Uint8Array[] = [];

  /** @param originMs time zero of the recording, on the clock of the packets */
  constructor(format: Format, originMs: number) {
    this.#originMs = originMs;
    const sink = new WritableStream<Uint8Array>({
      write: (bytes) => {
        this.#written.push(bytes);
      },
    });
    this.#output = new Output({
      format: new MkvOutputFormat(CLUSTERS),
      target: new AppendOnlyStreamTarget(sink),
    });
    if (format.video) {
      this.#video = new EncodedVideoPacketSource(format.video.container);
      this.#output.addVideoTrack(this.#video);
    }
    if (format.audio) {
      this.#audio = new EncodedAudioPacketSource(format.audio.container);
      this.#output.addAudioTrack(this.#audio);
    }
    this.#started = this.#output.start();
  }

  /** @returns what can be written now; may be empty */
  async addVideo(packet: VideoPacket): Promise<Uint8Array<ArrayBuffer>> {
    await this.#started;
    await this.#video?.add(this.#toPacket(packet), packet.meta);
    return this.#takeWritten();
  }

  /** @returns what can be written now; may be empty */
  async addAudio(packet: AudioPacket): Promise<Uint8Array<ArrayBuffer>> {
    await this.#started;
    await this.#audio?.add(this.#toPacket(packet), packet.meta);
    return this.#takeWritten();
  }

  /** @returns the rest */
  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    await this.#started;
    await this.#output.finalize();
    return this.#takeWritten();
  }

  #toPacket({ data, key, capturedAtMs, durationMs }: VideoPacket | AudioPacket): EncodedPacket {
    const seconds = Math.max(0, capturedAtMs - this.#originMs) / 1_000;
    return new EncodedPacket(data, key ? "key" : "delta", seconds, durationMs / 1_000);
  }

  #takeWritten(): Uint8Array<ArrayBuffer> {
    const parts = this.#written;
    this.#written = [];
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
    let position = 0;
    for (const part of parts) {
      bytes.set(part, position);
      position += part.byteLength;
    }
    return bytes;
  }
}
