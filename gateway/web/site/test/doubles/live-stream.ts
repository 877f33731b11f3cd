import type {
  LiveState,
  LiveStream,
  LiveStreamEvents,
  Negotiated,
  PublishError,
  PublishOptions,
  Stats,
} from "sluice-client";

export const STATS: Stats = {
  liveMs: 0,
  sentBytes: 0,
  acceptedBytes: 0,
  queuedMs: 20,
  queuedBytes: 0,
  keptBytes: 0,
  delayMs: 110,
  bitsPerSecond: 2_400_000,
  encodedFrames: 30,
  framesPerSecond: 29.97,
  width: 1280,
  height: 720,
  target: { videoBitsPerSecond: 2_500_000, frameRate: 30, scale: 1 },
  droppedGroups: 0,
  droppedFrames: 0,
  reconnects: 0,
  resumes: 0,
  server: null,
};

export const NEGOTIATED: Negotiated = {
  sessionId: "s",
  engine: "webcodecs",
  mimeType: 'video/x-matroska;codecs="avc1,opus"',
  recordedAs: 'video/x-matroska;codecs="avc1.42e01f,opus"',
  video: "copy",
  audio: "transcode",
  timesliceMs: 250,
  keyFrameIntervalMs: 2_000,
  maxBitsPerSecond: 8_000_000,
};

/** A stream controlled by the test. */
export class ScriptedStream extends EventTarget implements LiveStream {
  state: LiveState = "live";
  error: PublishError | null = null;
  negotiated = NEGOTIATED;
  stats = STATS;
  #settle: { resolve: (ended: Ended) => void; reject: (error: Error) => void } | null = null;

  stop(): Promise<Ended> {
    this.becomes("stopping");
    return new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  becomes(state: LiveState, error: PublishError | null = null): void {
    const previous = this.state;
    this.state = state;
    this.error = error;
    this.emits("state", { state, previous });
  }

  emits<K extends keyof LiveStreamEvents>(type: K, detail: LiveStreamEvents[K]["detail"]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  confirms(ended: Ended): void {
    this.#settle?.resolve(ended);
    this.becomes("ended");
  }

  denies(error: PublishError): void {
    this.#settle?.reject(error);
    this.becomes("failed", error);
  }
}

type Ended = { acceptedBytes: number; outTimeMs: number };

/** A gateway whose answers the test decides. */
export class ScriptedPublish {
  asked: PublishOptions | null = null;
  #answer: { resolve: (live: LiveStream) => void; reject: (error: Error) => void } | null = null;

  publish = (options: PublishOptions): Promise<LiveStream> => {
    this.asked = options;
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
      options.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  };

  accepts(): ScriptedStream {
    const live = new ScriptedStream();
    this.#answer?.resolve(live);
    return live;
  }

  refuses(error: PublishError): void {
    this.#answer?.reject(error);
  }
}
