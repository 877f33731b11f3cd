import type { Engine } from "../engine.js";
import type { Retained } from "../retained.js";
import type { LiveStreamEvents, Stats, Target } from "../types.js";
import type { AwayLimits } from "./backlog.js";

export interface SenderOptions {
  engine: Pick<Engine, "adapts" | "adapt" | "pauseVideo">;
  /** Where everything that is sent is kept. */
  retained: Retained;
  /** Null if the recording ends with its connection: then nothing is kept once it is sent. */
  away: AwayLimits | null;
  maxQueueMs: number;
  /** Where adaptation starts, and its maximum. */
  target: Target;
  audioBitsPerSecond: number;
  /** On the clock of `performance.now()`. */
  now: () => number;
  adapted: (detail: LiveStreamEvents["adaptation"]["detail"]) => void;
  /** A unit could not be turned into bytes; nothing more is sent. */
  failed: (error: unknown) => void;
  /** More media than is allowed waits for a connection, and none of it can be left out. */
  overflowed: () => void;
}

/** The part of `Stats` that the sender provides. */
export type SenderStats = Pick<
  Stats,
  | "sentBytes"
  | "acceptedBytes"
  | "queuedMs"
  | "queuedBytes"
  | "keptBytes"
  | "delayMs"
  | "bitsPerSecond"
  | "target"
  | "droppedGroups"
  | "droppedFrames"
>;
