import type { PublishError } from "./errors.js";
import type { Ended } from "./messages.js";
import type { LiveState, LiveStreamEvents, Negotiated, Stats } from "./types.js";

type Listener<K extends keyof LiveStreamEvents> =
  ((event: LiveStreamEvents[K]) => void) | { handleEvent(event: LiveStreamEvents[K]): void } | null;

/** The events of a stream with their types. */
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
 * A stream that is, or was, live. It goes from `live` to `ended` or `failed` and never back; on the way it may be
 * `reconnecting` any number of times. It never stops or changes the tracks of its source.
 */
export interface LiveStream extends LiveStreamTarget {
  readonly state: LiveState;
  /** Of the present connection, or the last. */
  readonly negotiated: Negotiated;
  /** A fresh reading each time. */
  readonly stats: Stats;
  /** Why the stream failed; null in every other state. */
  readonly error: PublishError | null;
  /**
   * Ends the stream in order: everything that was captured until now arrives.
   *
   * @returns what the gateway says has arrived; the same promise at each call
   * @throws PublishError if the gateway did not confirm that all of it arrived
   */
  stop(): Promise<Ended>;
}
