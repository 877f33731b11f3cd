import type { PublishError } from "./errors.js";
import type { GatewayWarning, Handling, OutputStatus, Progress } from "./messages.js";

/** How media is encoded in the browser. */
export type EngineName = "webcodecs" | "media-recorder";

export type VideoCodec = "h264" | "hevc" | "vp8" | "vp9" | "av1";

export interface PublishOptions {
  /**
   * The gateway's ingest endpoint. May be relative to the page; `http:` and `https:` become `ws:`
   * and `wss:`.
   */
  url: string | URL;
  /** Identifies the stream and is its secret. It is sent inside the WebSocket, never in the URL. */
  streamKey: string;
  /** A JSON Web Token that authorizes the client, where the stream key alone does not. */
  token?: string;
  /**
   * A camera, a screen, a canvas, a mix. Its tracks are never stopped or changed: they remain the
   * caller's.
   */
  source: MediaStream;
  video?: {
    /**
     * The encoder's target when the network permits. Default: by size and frame rate, 2.5 Mbit/s at
     * 720p30.
     */
    bitsPerSecond?: number;
    /**
     * Maximum frame rate; excess frames are dropped before encoding. Default: the track's frame
     * rate.
     */
    frameRate?: number;
    /** Which codecs may be offered. Default: all that this browser can encode. */
    codecs?: VideoCodec[];
  };
  audio?: {
    /** Default 128,000. */
    bitsPerSecond?: number;
  };
  /** Which engines may be offered, the preferred one first. Default: both, WebCodecs first. */
  engines?: EngineName[];
  /**
   * How much media may wait to be sent before groups of pictures are dropped, in milliseconds.
   * Default 2000.
   */
  maxQueueMs?: number;
  /**
   * Whether to continue the recording over another connection after a lost one, so that nothing is
   * lost, if the gateway permits it. What is recorded meanwhile is kept, for `maxMs` milliseconds
   * (default 30,000) and in `maxBytes` bytes (default 32 MiB) at most, and for no longer than the
   * gateway waits. `false` if `reconnect` is.
   */
  resume?: false | { maxMs?: number; maxBytes?: number };
  /**
   * Whether and for how long to reconnect after a lost connection, as a new stream if the old one
   * cannot be continued. Default: for two minutes.
   */
  reconnect?: false | { giveUpAfterMs?: number };
  /**
   * Cancels connecting. Aborted while live, it ends the stream immediately, without waiting for
   * media in flight.
   */
  signal?: AbortSignal;
}

/** What was negotiated with the gateway for the current recording. */
export interface Negotiated {
  sessionId: string;
  engine: EngineName;
  /** The offer that the gateway chose. */
  mimeType: string;
  /** The MIME type of what the engine actually writes. */
  recordedAs: string;
  /** Undefined without video. */
  video: Handling | undefined;
  /** Undefined without audio. */
  audio: Handling | undefined;
  timesliceMs: number;
  keyFrameIntervalMs: number;
  maxBitsPerSecond: number;
}

/**
 * The video encoder's current target. It is lowered when the network is too slow, and raised again.
 */
export interface Target {
  videoBitsPerSecond: number;
  /** Maximum frames per second. */
  frameRate: number;
  /** Fraction of the source's width and height; 1 is full size. */
  scale: number;
}

/**
 * A snapshot of a live stream. Bytes and counts restart with each recording, unless noted
 * otherwise.
 */
export interface Stats {
  /** Milliseconds since this recording became live. */
  liveMs: number;
  /**
   * Media bytes passed to the WebSocket. When the stream is continued over another connection, it
   * is set back to what the gateway has received.
   */
  sentBytes: number;
  /** Media bytes that FFmpeg has accepted, by the gateway's last report. */
  acceptedBytes: number;
  /** Media waiting to be sent: the age of its oldest part, in milliseconds. */
  queuedMs: number;
  queuedBytes: number;
  /** Media in memory, sent or waiting, so that the recording can be continued. */
  keptBytes: number;
  /** From capture until FFmpeg accepted it, by the gateway's last report, in milliseconds. */
  delayMs: number | undefined;
  /** Media passed to the WebSocket, over the last seconds. */
  bitsPerSecond: number;
  /** Undefined where the engine does not report it (MediaRecorder). */
  encodedFrames: number | undefined;
  /**
   * Encoded frames per second, over the last seconds; undefined where the engine does not report
   * it.
   */
  framesPerSecond: number | undefined;
  /** Size of the encoded video, in pixels. */
  width: number | undefined;
  height: number | undefined;
  target: Target;
  /** Groups of pictures dropped because the network was too slow or away, over all recordings. */
  droppedGroups: number;
  /** Frames dropped for the same reason, over all recordings. */
  droppedFrames: number;
  /** How often the stream has reconnected as a new recording. */
  reconnects: number;
  /** How often a recording was continued over another connection. */
  resumes: number;
  /** The gateway's last report. */
  server: Progress | null;
}

export type LiveState = "live" | "reconnecting" | "stopping" | "ended" | "failed";

export type AdaptationChange = "lowered" | "raised" | "dropped";

export type WarningCode =
  | "page-hidden"
  | "camera-muted"
  | "microphone-muted"
  | "no-frames"
  | "few-key-frames"
  | "encoder-slow"
  | "slept";

/** How a recording was continued over another connection. */
export interface Resumption {
  /**
   * `exact`: nothing is missing or repeated. `restart`: the gateway had lost the stream, and began
   * anew at an earlier key frame.
   */
  mode: "exact" | "restart";
  /** How long there was no connection. */
  awayMs: number;
  /** What had been sent before and is sent again. */
  resentBytes: number;
  /** Groups of pictures left out, because more media waited than may be kept. */
  lostGroups: number;
}

/** The events of a live stream, by name. */
export interface LiveStreamEvents {
  state: CustomEvent<{ state: LiveState; previous: LiveState }>;
  /** About once a second while live. */
  progress: CustomEvent<{ stats: Stats }>;
  /** The encoder's target was lowered or raised, or groups of pictures were dropped. */
  adaptation: CustomEvent<{
    change: AdaptationChange;
    target: Target;
    /** Dropped since the previous event, not in total. */
    droppedGroups: number;
    droppedFrames: number;
    reason: string;
  }>;
  /** The connection or the stream failed; with `willReconnect`, it reconnects. */
  failure: CustomEvent<{ error: PublishError; willReconnect: boolean }>;
  warning: CustomEvent<{ code: WarningCode; message: string } | GatewayWarning>;
  /** The recording is being continued over another connection. */
  resumed: CustomEvent<Resumption>;
  /** One of the gateway's outputs has changed its state. */
  output: CustomEvent<OutputStatus>;
  /**
   * The gateway is about to shut down: the stream continues until then, and is then ended
   * gracefully.
   */
  draining: CustomEvent<{ endsInMs: number }>;
}
