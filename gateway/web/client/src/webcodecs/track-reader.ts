/** The frames of a track, video or audio, one after the other until the track ends or nobody wants them any more. */
export class Frames<F extends VideoFrame | AudioData> {
  readonly #reader: ReadableStreamDefaultReader<F>;
  readonly #done: Promise<void>;

  /**
   * @param take closes the frame
   * @param failed is told what `take` throws
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
