import type { Engine, EngineSink, MediaUnit } from "../engine.js";
import type { LiveStreamEvents, Stats, Target } from "../types.js";

/** The half of a connection that takes media. */
export interface Transport {
  /** As of a WebSocket: never blocks, queues. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  readonly bufferedAmount: number;
}

export interface SenderOptions {
  transport: Transport;
  engine: Pick<Engine, "adapts" | "adapt" | "pauseVideo">;
  maxMessageBytes: number;
  maxQueueMs: number;
  /** What adaptation starts from and climbs back to. */
  target: Target;
  /** On the clock of `performance.now()`. */
  now: () => number;
  adapted: (detail: LiveStreamEvents["adaptation"]["detail"]) => void;
}

/** The part of `Stats` that the sender knows. */
export type SenderStats = Pick<
  Stats,
  | "sentBytes"
  | "acceptedBytes"
  | "queuedMs"
  | "queuedBytes"
  | "delayMs"
  | "bitsPerSecond"
  | "target"
  | "droppedGroups"
  | "droppedFrames"
>;

/**
 * Takes the units of one recording from an engine and hands them to one connection, no faster than the network and the
 * gateway take them. What cannot be sent in time is dropped here, in whole groups of pictures.
 */
export declare class Sender implements Pick<EngineSink, "unit"> {
  constructor(options: SenderOptions);
  unit(unit: MediaUnit): void;
  /** By the gateway's report. */
  acknowledged(acceptedBytes: number): void;
  /** Resolves when all units have been handed to the transport; rejects if one could not be turned into bytes. */
  drained(): Promise<void>;
  /** Forgets everything that waits. */
  close(): void;
  readonly stats: SenderStats;
}
