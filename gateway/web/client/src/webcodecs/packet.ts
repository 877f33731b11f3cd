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

/** What an encoder reads from, frame by frame, until the track ends or it is told to stop. */
export async function forEachFrame<F extends { close(): void }>(
  reader: ReadableStreamDefaultReader<F>,
  take: (frame: F) => void,
): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    take(value);
  }
}
