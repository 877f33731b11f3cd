import type { PublishError } from "./errors.js";
import type { Progress } from "./messages.js";

/** How media is encoded in the browser. */
export type EngineName = "webcodecs" | "media-recorder";

export type VideoCodec = "h264" | "hevc" | "vp8" | "vp9" | "av1";

/** What the gateway does with a track. */
export type Handling = "copy" | "transcode";

export interface PublishOptions {
  /** The gateway's ingest. May be relative to the page; `http:` and `https:` become `ws:` and `wss:`. */
  url: string | URL;
  /** Names the stream and is its secret. It travels inside the WebSocket, never in the address. */
  streamKey: string;
  /** What shows that the client may publish, where the key alone does not: a JSON Web Token. */
  token?: string;
  /** A camera, a screen, a canvas, a mix. Its tracks are never stopped or changed: they remain the caller's. */
  source: MediaStream;
  video?: {
    /** What the encoder aims at when the network lets it. Default: by size and frame rate, 2.5 Mbit/s at 720p30. */
    bitsPerSecond?: number;
    /** Frames beyond this are left out before they are encoded. Default: what the track delivers. */
    frameRate?: number;
    /** Which codecs may be offered. Default: every one that this browser encodes. */
    codecs?: VideoCodec[];
  };
  audio?: {
    /** Default 128,000. */
    bitsPerSecond?: number;
  };
  /** Which engines may be offered, the preferred one first. Default: both, WebCodecs first. */
  engines?: EngineName[];
  /** How much media may wait to be sent before groups of pictures are dropped, in milliseconds. Default 2000. */
  maxQueueMs?: number;
  /** Whether and for how long a dropped connection is made again, as a new stream. Default: for two minutes. */
  reconnect?: false | { giveUpAfterMs?: number };
  /** Cancels connecting. Aborted while live, it ends the stream at once, without waiting for what is on its way. */
  signal?: AbortSignal;
}

/** What was agreed with the gateway for the present connection. */
export interface Negotiated {
  sessionId: string;
  engine: EngineName;
  /** The offer that the gateway chose. */
  mimeType: string;
  /** What the engine says it really writes. */
  recordedAs: string;
  /** Undefined where there is no video. */
  video: Handling | undefined;
  /** Undefined where there is no audio. */
  audio: Handling | undefined;
  timesliceMs: number;
  keyFrameIntervalMs: number;
  maxBitsPerSecond: number;
}

/** What the video encoder is asked for now; it falls when the network is too slow and climbs back. */
export interface Target {
  videoBitsPerSecond: number;
  /** Frames a second at most. */
  frameRate: number;
  /** Share of the source's width and height, 1 for all of it. */
  scale: number;
}

/** One reading of a live stream. Bytes and counts begin anew with each connection, unless said otherwise. */
export interface Stats {
  /** Milliseconds since this connection became live. */
  liveMs: number;
  /** Media bytes given to the WebSocket. */
  sentBytes: number;
  /** Media bytes that FFmpeg has taken, by the gateway's last report. */
  acceptedBytes: number;
  /** Media that waits to be sent: how long ago the oldest of it was captured, in milliseconds. */
  queuedMs: number;
  queuedBytes: number;
  /** From capture until FFmpeg has taken it, by the gateway's last report, in milliseconds. */
  delayMs: number | undefined;
  /** Media given to the WebSocket, over the last seconds. */
  bitsPerSecond: number;
  /** Undefined where the engine does not tell (MediaRecorder). */
  encodedFrames: number | undefined;
  /** Frames encoded a second, over the last seconds; undefined where the engine does not tell. */
  framesPerSecond: number | undefined;
  /** Of the encoded picture, pixels. */
  width: number | undefined;
  height: number | undefined;
  target: Target;
  /** Groups of pictures dropped because the network was too slow, over all connections. */
  droppedGroups: number;
  /** Frames dropped for the same reason, over all connections. */
  droppedFrames: number;
  /** How often the connection was made again. */
  reconnects: number;
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

/** The events of a live stream by name. */
export interface LiveStreamEvents {
  state: CustomEvent<{ state: LiveState; previous: LiveState }>;
  /** About once a second while live. */
  progress: CustomEvent<{ stats: Stats }>;
  /** The encoder was asked for less or more, or groups of pictures were dropped. */
  adaptation: CustomEvent<{
    change: AdaptationChange;
    target: Target;
    /** In this event, not in all. */
    droppedGroups: number;
    droppedFrames: number;
    reason: string;
  }>;
  /** The connection or the stream failed; with `willReconnect` it is being made again. */
  failure: CustomEvent<{ error: PublishError; willReconnect: boolean }>;
  warning: CustomEvent<{ code: WarningCode; message: string }>;
  /** The gateway is about to leave: the stream goes on until then, and is ended in order if it still lives. */
  draining: CustomEvent<{ endsInMs: number }>;
}
