// A scripted browser: tests decide what happens and check what was done.
import type { Engine, EngineOptions, EngineSink, Offer } from "../../src/engine.js";
import type { PageEvents, Platform } from "../../src/platform.js";
import type { EngineName, PublishOptions, Target } from "../../src/types.js";

export class ScriptedTrack extends EventTarget {
  readyState = "live";
  muted = false;

  constructor(
    readonly kind: "video" | "audio",
    readonly settings: MediaTrackSettings = {},
  ) {
    super();
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  unplug(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  mute(): void {
    this.muted = true;
    this.dispatchEvent(new Event("mute"));
  }
}

export const camera = () => new ScriptedTrack("video", { width: 1280, height: 720, frameRate: 30 });
export const microphone = () => new ScriptedTrack("audio", { sampleRate: 48_000, channelCount: 2 });
export const screen = () => new ScriptedTrack("video", { displaySurface: "monitor" });

export function streamOf(...tracks: ScriptedTrack[]): MediaStream {
  const stream = {
    getTracks: () => tracks,
    getVideoTracks: () => tracks.filter(({ kind }) => kind === "video"),
    getAudioTracks: () => tracks.filter(({ kind }) => kind === "audio"),
  };
  return stream as unknown as MediaStream;
}

export class ScriptedSocket {
  bufferedAmount = 0;
  /** Parsed JSON for texts, a string of its bytes for media, in sending order. */
  readonly sent: unknown[] = [];
  closedWith: number | null = null;
  onopen: () => void = () => {};
  onmessage: (message: { data: unknown }) => void = () => {};
  onclose: (close: { code: number; reason: string }) => void = () => {};

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {}

  send(data: string | Uint8Array): void {
    this.sent.push(
      typeof data === "string" ? (JSON.parse(data) as unknown) : Buffer.from(data).toString(),
    );
  }

  close(code: number): void {
    this.closedWith = code;
  }

  says(message: object | string): void {
    this.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }

  breaks(code = 1006, reason = ""): void {
    this.onclose({ code, reason });
  }

  get media(): string[] {
    return this.sent.filter((data) => typeof data === "string");
  }
}

export class ScriptedEngine implements Engine {
  readonly name: EngineName;
  readonly recordedAs = "video/really";
  adapts = false;
  encodedFrames: number | undefined = 0;
  width = 1280;
  height = 720;
  sink!: EngineSink;
  keyFrames = 0;
  state: "idle" | "started" | "stopping" | "aborted" = "idle";
  #stopped!: () => void;
  readonly #whenStopped = new Promise<void>((resolve) => (this.#stopped = resolve));

  constructor(
    name: EngineName,
    readonly options: EngineOptions,
  ) {
    this.name = name;
  }

  start(sink: EngineSink): void {
    this.sink = sink;
    this.state = "started";
  }

  gives(text: string, key = true): void {
    this.sink.unit({
      kind: "muxed",
      key,
      droppable: true,
      capturedAtMs: performance.now(),
      byteLength: text.length,
      frames: 1,
      toBytes: () => Promise.resolve(new Uint8Array(Buffer.from(text))),
    });
  }

  adapt(_target: Target): void {}

  pauseVideo(): void {}

  keyFrame(): void {
    this.keyFrames++;
  }

  stop(): Promise<void> {
    this.state = "stopping";
    return this.#whenStopped;
  }

  isThrough(): void {
    this.#stopped();
  }

  abort(): void {
    this.state = "aborted";
  }
}

export class ScriptedPage implements PageEvents {
  baseUrl = "https://host/live/index.html";
  readonly window = new EventTarget();
  readonly document = Object.assign(new EventTarget(), { hidden: false });

  hide(): void {
    this.document.hidden = true;
    this.document.dispatchEvent(new Event("visibilitychange"));
  }
}

/** A browser whose random number is always 0.5, and whose clocks are the test's fake ones. */
export class ScriptedPlatform implements Platform {
  readonly sockets: ScriptedSocket[] = [];
  readonly engines: ScriptedEngine[] = [];
  readonly page = new ScriptedPage();
  offered: Offer[] = [
    { mimeType: "video/a", engine: "webcodecs" },
    { mimeType: "video/b", engine: "media-recorder" },
  ];
  /** How far the wall clock is ahead of the timers, because the computer slept. */
  sleptMs = 0;
  engineFails: Error | null = null;
  adapts = false;

  connect = (url: string, protocol: string) => {
    const socket = new ScriptedSocket(url, protocol);
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  };
  offers = (_source: MediaStream, _wishes: PublishOptions) => Promise.resolve(this.offered);
  engine = (name: EngineName, options: EngineOptions) => {
    if (this.engineFails) {
      throw this.engineFails;
    }
    const engine = new ScriptedEngine(name, options);
    engine.adapts = this.adapts;
    this.engines.push(engine);
    return engine;
  };
  streamOf = (tracks: MediaStreamTrack[]) => streamOf(...(tracks as unknown as ScriptedTrack[]));
  now = () => performance.now();
  wallClock = () => Date.now() + this.sleptMs;
  random = () => 0.5;

  get socket(): ScriptedSocket {
    return this.sockets.at(-1)!;
  }

  get lastEngine(): ScriptedEngine {
    return this.engines.at(-1)!;
  }
}
