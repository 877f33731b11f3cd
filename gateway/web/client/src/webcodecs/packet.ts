/** One encoded frame, or one encoded stretch of sound. */
export interface Packet<Meta> {
  data: Uint8Array<ArrayBuffer>;
  key: boolean;
  /** On the clock of `performance.now()`. */
  capturedAtMs: number;
  durationMs: number;
  /** What the encoder last said of its output; with every packet, because the first one may be dropped. */
  meta: Meta | undefined;
}

export type VideoPacket = Packet<EncodedVideoChunkMetadata>;
export type AudioPacket = Packet<EncodedAudioChunkMetadata>;
