import type { PublishError } from "./errors.js";
import type { EngineName, Target, WarningCode } from "./types.js";

/**
 * A part of the recording. Units must arrive in order. A unit is turned into bytes only when it is
 * sent, so that unsent media can still be dropped.
 */
export interface MediaUnit {
  /**
   * `header` precedes all media, `trailer` follows it; `muxed` contains interleaved audio and
   * video.
   */
  kind: "header" | "video" | "audio" | "muxed" | "trailer";
  /** Whether a decoder can start here: the first unit of a group of pictures. */
  key: boolean;
  /**
   * Whether this unit and everything up to the next key frame can be dropped without cutting a
   * container element.
   */
  droppable: boolean;
  /** When the newest media in it was captured, on the clock of `performance.now()`. */
  capturedAtMs: number;
  /** Approximate size in bytes. */
  byteLength: number;
  /** Number of video frames in it, as far as known. */
  frames: number;
  /** Called at most once, in order. */
  toBytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Receives what an engine produces. */
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

/** One recording: started once, stopped once. It can outlive its connection. */
export interface Engine {
  readonly name: EngineName;
  /** The MIME type of what it actually writes. */
  readonly recordedAs: string;
  /** Whether `adapt` has an effect. */
  readonly adapts: boolean;
  readonly encodedFrames: number | undefined;
  /** Size of the encoded video, in pixels. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  start(sink: EngineSink): void;
  /** Changes the encoder's bit rate, frame rate or size from the next frame on. */
  adapt(target: Target): void;
  /**
   * Skips video before it is encoded, until the backlog is gone; resumes with a key frame. Audio
   * continues. No effect where `adapts` is false.
   */
  pauseVideo(paused: boolean): void;
  /** Makes the next frame a key frame. No effect where `adapts` is false. */
  keyFrame(): void;
  /** Resolves when the last unit has been passed to the sink. */
  stop(): Promise<void>;
  /** Releases everything immediately. No unit follows. */
  abort(): void;
}

/** A format that this browser can record, and the engine that records it. */
export interface Offer {
  mimeType: string;
  engine: EngineName;
}
