/** Reads the frames of a track, video or audio, until the track ends or `stop` is called. */
export class TrackReader<F extends VideoFrame | AudioData> {
  readonly #reader: ReadableStreamDefaultReader<F>;
  readonly #done: Promise<void>;

  /**
   * @param take must close the frame
   * @param failed receives what `take` throws
   */
  constructor(
    processor: { readonly readable: ReadableStream<F> },
    take: (frame: F) => void,
    failed: (error: Error) => void,
  ) {
    this.#reader = processor.readable.getReader();
    this.#done = this.#read(take);
    this.#done.catch(failed);
  }

  /** @returns resolves when the last frame has been taken */
  async stop(): Promise<void> {
    await this.#reader.cancel();
    await this.#done;
  }

  async #read(take: (frame: F) => void): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) {
        return;
      }
      take(value);
    }
  }
}
