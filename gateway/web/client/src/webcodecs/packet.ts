/** One encoded frame, or one encoded block of audio. */
export interface Packet<Meta> {
  data: Uint8Array<ArrayBuffer>;
  key: boolean;
  /** On the clock of `performance.now()`. */
  capturedAtMs: number;
  durationMs: number;
  /**
   * The encoder's latest metadata; repeated in every packet, because the first one may be dropped.
   */
  meta: Meta | undefined;
}

export type VideoPacket = Packet<EncodedVideoChunkMetadata>;
export type AudioPacket = Packet<EncodedAudioChunkMetadata>;
