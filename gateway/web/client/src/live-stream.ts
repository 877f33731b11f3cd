import type { PublishError } from "./errors.js";
import type { Ended } from "./messages.js";
import type { LiveState, LiveStreamEvents, Negotiated, Stats } from "./types.js";

type Listener<K extends keyof LiveStreamEvents> =
  ((event: LiveStreamEvents[K]) => void) | { handleEvent(event: LiveStreamEvents[K]): void } | null;

/** The events of a stream, typed. */
export interface LiveStreamTarget extends EventTarget {
  addEventListener<K extends keyof LiveStreamEvents>(
    type: K,
    listener: Listener<K>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof LiveStreamEvents>(
    type: K,
    listener: Listener<K>,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/**
 * A stream that is, or was, live. It changes from `live` to `ended` or `failed` and never back;
 * until then it can be `reconnecting` any number of times. It never stops or changes the tracks of
 * its source.
 */
export interface LiveStream extends LiveStreamTarget {
  readonly state: LiveState;
  /** Of the current connection, or the last one. */
  readonly negotiated: Negotiated;
  /** A new snapshot on each access. */
  readonly stats: Stats;
  /** Why the stream failed; null in every other state. */
  readonly error: PublishError | null;
  /**
   * Ends the stream gracefully: everything captured so far is delivered.
   *
   * @returns what the gateway confirmed; the same promise on each call
   * @throws PublishError if the gateway did not confirm that all of it arrived
   */
  stop(): Promise<Ended>;
}
