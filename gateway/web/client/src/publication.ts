import { PublishAttempt } from "./publish-attempt.js";
import { Backoff } from "./backoff.js";
import type { Outcome } from "./connection.js";
import { Deferred } from "./deferred.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import type { TrackRole } from "./failures.js";
import { ingestUrl } from "./ingest-url.js";
import type { LiveStream, LiveStreamTarget } from "./live-stream.js";
import type { Ended } from "./messages.js";
import type { Platform } from "./platform.js";
import { isOver, transition } from "./states.js";
import type { State } from "./states.js";
import { Statistics } from "./statistics.js";
import type { LiveState, LiveStreamEvents, Negotiated, PublishOptions, Stats } from "./types.js";
import { LivenessMonitor, roleOf } from "./liveness-monitor.js";

const RECONNECT_TIMEOUT_MS = 120_000;
const TICK_MS = 1_000;

const Target = EventTarget as new () => LiveStreamTarget;

/**
 * A published stream across all its connections: opens one after another and dispatches the events.
 */
export class Publication extends Target implements LiveStream {
  readonly #options: PublishOptions;
  readonly #platform: Platform;
  readonly #url: string;
  readonly #source: MediaStream;
  readonly #liveness: LivenessMonitor;
  readonly #backoff: Backoff;
  readonly #statistics: Statistics;
  readonly #listening = new AbortController();
  readonly #started = new Deferred<this>();
  readonly #finished = new Deferred<Ended>();
  #state: State = "connecting";
  #attempt: PublishAttempt | null = null;
  /** The last attempt that went live. */
  #live: PublishAttempt | null = null;
  #error: PublishError | null = null;
  /** Why a live stream is being stopped gracefully; reported once it has stopped. */
  #stoppedBy: PublishError | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ticks: ReturnType<typeof setInterval> | undefined;

  /** @throws PublishError if the source or the URL cannot be published at all */
  constructor(options: PublishOptions, platform: Platform) {
    super();
    const { url, source, reconnect, signal } = options;
    if (signal?.aborted) {
      throw failures.aborted(signal.reason);
    }
    const tracks = [source.getVideoTracks()[0], source.getAudioTracks()[0]].filter(
      (track) => track !== undefined,
    );
    if (tracks.length === 0) {
      throw failures.nothingToSend();
    }
    this.#options = options;
    this.#platform = platform;
    this.#url = ingestUrl(url, platform.page?.baseUrl);
    this.#source = platform.streamOf(tracks);
    this.#statistics = new Statistics(platform.now);
    this.#backoff = new Backoff(
      (reconnect || undefined)?.giveUpAfterMs ?? RECONNECT_TIMEOUT_MS,
      platform.random,
    );
    this.#liveness = new LivenessMonitor({
      tracks,
      page: platform.page,
      wallClock: platform.wallClock,
      listener: {
        trackEnded: (role) => this.#onTrackEnded(role),
        slept: () => this.#onSleep(),
        pageLeft: () => this.#fail(failures.pageLeft()),
        warning: (code, message) => this.#emit("warning", { code, message }),
      },
    });
    signal?.addEventListener("abort", () => this.#end(failures.aborted(signal.reason)), {
      signal: this.#listening.signal,
    });
  }

  get state(): LiveState {
    // Callers get the stream only once it is live.
    return this.#state as LiveState;
  }

  get negotiated(): Negotiated {
    return this.#live?.negotiated as Negotiated;
  }

  get stats(): Stats {
    return this.#statistics.of(this.#live);
  }

  get error(): PublishError | null {
    return this.#error;
  }

  /** Resolves once the stream is live. */
  start(): Promise<this> {
    void this.#connect();
    return this.#started.promise;
  }

  stop(): Promise<Ended> {
    if (this.#state === "live") {
      this.#finish(null);
    } else if (this.#state === "reconnecting") {
      // Media in flight when the connection broke is lost, and nothing tells how much.
      this.#end(failures.unconfirmed());
    }
    return this.#finished.promise;
  }

  async #connect(): Promise<void> {
    const state = this.#state;
    try {
      const lost = this.#source.getTracks().find(({ readyState }) => readyState === "ended");
      if (lost) {
        throw failures.trackLost(roleOf(lost));
      }
      const offers = await this.#platform.offers(this.#source, this.#options);
      if (this.#state !== state) {
        return;
      }
      if (offers.length === 0) {
        throw failures.nothingRecordable();
      }
      // Byte-exact resume belongs here: a connection that continues the recording of the
      // previous one from the byte that the gateway has. Until the protocol supports that, each
      // connection starts its own recording, because a second recording fed into a running
      // FFmpeg overlaps the timeline of the first.
      this.#attempt = new PublishAttempt({
        url: this.#url,
        source: this.#source,
        offers,
        publishOptions: this.#options,
        platform: this.#platform,
        listener: {
          live: () => this.#onLive(),
          progress: () => this.#liveness.onActivity(),
          adapted: (detail) => this.#emit("adaptation", detail),
          warning: (code, message) => this.#emit("warning", { code, message }),
          draining: (endsInMs) => this.#emit("draining", { endsInMs }),
          finished: (outcome) => this.#onAttemptEnd(outcome),
        },
      });
    } catch (error) {
      this.#fail(
        error instanceof PublishError ? error : failures.browserRefused((error as Error).message),
      );
    }
  }

  #onLive(): void {
    const isFirst = this.#state === "connecting";
    this.#statistics.connected(this.#live);
    this.#live = this.#attempt;
    this.#transitionTo("live");
    if (isFirst) {
      this.#ticks = setInterval(() => this.#tick(), TICK_MS);
      this.#started.resolve(this);
      // After the caller has received the stream.
      setTimeout(() => isOver(this.#state) || this.#liveness.reportInitialState());
    }
  }

  #tick(): void {
    this.#liveness.onActivity();
    if (this.#state === "live" || this.#state === "stopping") {
      this.#statistics.tick(this.#live);
      this.#emit("progress", { stats: this.stats });
    }
  }

  #onAttemptEnd(outcome: Outcome): void {
    if ("ended" in outcome) {
      this.#finished.resolve(outcome.ended);
      if (this.#stoppedBy) {
        this.#fail(this.#stoppedBy);
      } else {
        this.#end(null);
      }
    } else if (this.#state === "stopping") {
      this.#fail(this.#stoppedBy ?? outcome.failed);
    } else {
      this.#onConnectionLost(outcome.failed);
    }
  }

  /** Reconnects if that can succeed. */
  #onConnectionLost(error: PublishError): void {
    const delayMs = this.#canRetry(error) ? this.#reconnectDelay(error) : null;
    if (delayMs === null) {
      this.#fail(error);
      return;
    }
    if (this.#state === "live") {
      this.#transitionTo("reconnecting");
    }
    this.#emit("failure", { error, willReconnect: true });
    // A listener may have stopped the stream.
    if (this.#state === "reconnecting") {
      this.#retry = setTimeout(() => void this.#connect(), delayMs);
    }
  }

  #canRetry({ retryable, code }: PublishError): boolean {
    if (this.#options.reconnect === false || this.#state === "connecting") {
      return false;
    }
    // The gateway may not have noticed yet that the previous connection is dead, so that one
    // still holds the key.
    return retryable || (code === "stream-key-in-use" && this.#state === "reconnecting");
  }

  #reconnectDelay({ retryAfterMs }: PublishError): number | null {
    const nowMs = this.#platform.now();
    const liveSinceMs = this.#attempt?.liveSinceMs ?? nowMs;
    return this.#backoff.next(nowMs, nowMs - liveSinceMs, retryAfterMs);
  }

  #onSleep(): void {
    if (this.#state === "live") {
      this.#emit("warning", {
        code: "slept",
        message: "The computer went to sleep. The stream is restarting.",
      });
      this.#attempt?.abort();
      this.#onConnectionLost(failures.slept());
    }
  }

  #onTrackEnded(role: TrackRole): void {
    if (this.#state === "live") {
      this.#finish(failures.trackLost(role));
    } else if (this.#state !== "stopping") {
      this.#fail(failures.trackLost(role));
    }
  }

  #finish(stoppedBy: PublishError | null): void {
    this.#stoppedBy = stoppedBy;
    this.#transitionTo("stopping");
    void this.#attempt?.finish();
  }

  /** Ends the stream and dispatches the failure. */
  #fail(error: PublishError): void {
    if (isOver(this.#state)) {
      return;
    }
    const wasLive = this.#state !== "connecting";
    this.#end(error);
    if (wasLive) {
      this.#emit("failure", { error, willReconnect: false });
    }
  }

  #end(error: PublishError | null): void {
    if (isOver(this.#state)) {
      return;
    }
    clearTimeout(this.#retry);
    clearInterval(this.#ticks);
    this.#listening.abort();
    this.#liveness.stop();
    this.#attempt?.abort();
    this.#error = error;
    if (error) {
      this.#started.reject(error);
      this.#finished.reject(error);
    }
    this.#transitionTo(error ? "failed" : "ended");
  }

  #transitionTo(state: LiveState): void {
    const previous = this.state;
    this.#state = transition(previous, state);
    this.#emit("state", { state, previous });
  }

  #emit<K extends keyof LiveStreamEvents>(type: K, detail: LiveStreamEvents[K]["detail"]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
