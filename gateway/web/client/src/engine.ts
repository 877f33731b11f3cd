import type { PublishError } from "./errors.js";
import type { EngineName, Target, WarningCode } from "./types.js";

/**
 * A piece of the recording, in the order in which it must arrive. It is turned into bytes only when it is sent, so that
 * what has not been sent can still be dropped.
 */
export interface MediaUnit {
  /** `header` comes before all media, `trailer` after it; `both` holds audio and video that cannot be told apart any more. */
  kind: "header" | "video" | "audio" | "both" | "trailer";
  /** Whether a decoder can begin here: the first unit of a group of pictures. */
  key: boolean;
  /** Whether it may be left out together with what follows up to the next key: no element of the container is cut by that. */
  cuttable: boolean;
  /** When the newest media in it was captured, on the clock of `performance.now()`. */
  capturedAtMs: number;
  /** About how many bytes it will be. */
  byteLength: number;
  /** Video frames in it, as far as that is known. */
  frames: number;
  /** Called once, in order, or not at all. */
  toBytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Where an engine puts what it makes. */
export interface EngineSink {
  unit(unit: MediaUnit): void;
  /** The engine has stopped for good. */
  failed(error: PublishError): void;
  warning(code: WarningCode, message: string): void;
}

/** What an engine is started with. */
export interface EngineOptions {
  source: MediaStream;
  mimeType: string;
  keyFrameIntervalMs: number;
  timesliceMs: number;
  target: Target;
  audioBitsPerSecond: number;
}

/** One recording: started once, stopped once. A new connection needs a new one. */
export interface Engine {
  readonly name: EngineName;
  /** What it really writes. */
  readonly recordedAs: string;
  /** Whether `adapt` has an effect. */
  readonly adapts: boolean;
  readonly encodedFrames: number | undefined;
  /** Of the picture as it is encoded now. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  start(sink: EngineSink): void;
  /** Asks the encoder for another rate, frame rate or size from the next frame on. */
  adapt(target: Target): void;
  /**
   * Holds video back before it is encoded, for as long as what was dropped has not been made up for; ends with a key
   * frame. Audio goes on. Without effect where `adapts` is false.
   */
  pauseVideo(paused: boolean): void;
  /** Resolves when the last unit has been handed to the sink. */
  stop(): Promise<void>;
  /** Lets everything go at once. No unit comes after this. */
  abort(): void;
}

/** A format that this browser can make, and with what. */
export interface Offer {
  mimeType: string;
  engine: EngineName;
}
