import { Attempt } from "./publish-attempt.js";
import { Backoff } from "./backoff.js";
import type { Outcome } from "./connection.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import type { TrackRole } from "./failures.js";
import { ingestUrl } from "./ingest-url.js";
import type { LiveStream, LiveStreamTarget } from "./live-stream.js";
import type { Ended } from "./messages.js";
import type { Platform } from "./platform.js";
import { isOver, step } from "./states.js";
import type { State } from "./states.js";
import { Statistics } from "./statistics.js";
import type { LiveState, LiveStreamEvents, Negotiated, PublishOptions, Stats } from "./types.js";
import { Vigil, roleOf } from "./liveness-monitor.js";

const GIVE_UP_AFTER_MS = 120_000;
const TICK_MS = 1_000;

const Target = EventTarget as new () => LiveStreamTarget;

/** A stream over all its connections: makes them, one after the other, and tells what happens. */
export class Publication extends Target implements LiveStream {
  readonly #options: PublishOptions;
  readonly #platform: Platform;
  readonly #url: string;
  readonly #source: MediaStream;
  readonly #vigil: Vigil;
  readonly #backoff: Backoff;
  readonly #statistics: Statistics;
  readonly #listening = new AbortController();
  readonly #started = new Settling<this>();
  readonly #finished = new Settling<Ended>();
  #state: State = "connecting";
  #attempt: Attempt | null = null;
  /** The last one that was live. */
  #live: Attempt | null = null;
  #error: PublishError | null = null;
  /** What made a live stream stop in order, told once that is done. */
  #stoppedBy: PublishError | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ticks: ReturnType<typeof setInterval> | undefined;

  /** @throws PublishError for what cannot be published at all */
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
    this.#url = ingestUrl(url, platform.page?.address);
    this.#source = platform.streamOf(tracks);
    this.#statistics = new Statistics(platform.now);
    this.#backoff = new Backoff(
      (reconnect || undefined)?.giveUpAfterMs ?? GIVE_UP_AFTER_MS,
      platform.random,
    );
    this.#vigil = new Vigil({
      tracks,
      page: platform.page,
      wallClock: platform.wallClock,
      listener: {
        trackEnded: (role) => this.#trackEnded(role),
        slept: () => this.#slept(),
        pageLeft: () => this.#fail(failures.pageLeft()),
        warning: (code, message) => this.#tell("warning", { code, message }),
      },
    });
    signal?.addEventListener("abort", () => this.#end(failures.aborted(signal.reason)), {
      signal: this.#listening.signal,
    });
  }

  get state(): LiveState {
    // Nobody has the stream in hand before it is live.
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
      // What was on its way when the connection broke is lost, and nobody can say how much.
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
      // Here byte-exact resume will come: a connection that continues the recording of the one before it, from the
      // byte that the gateway has. Until the wire knows that, each connection begins with a recording of its own,
      // because a second recording fed into a running FFmpeg overlaps the first one's time line.
      this.#attempt = new Attempt({
        url: this.#url,
        source: this.#source,
        offers,
        wishes: this.#options,
        platform: this.#platform,
        listener: {
          live: () => this.#becameLive(),
          progress: () => this.#vigil.alive(),
          adapted: (detail) => this.#tell("adaptation", detail),
          warning: (code, message) => this.#tell("warning", { code, message }),
          draining: (endsInMs) => this.#tell("draining", { endsInMs }),
          over: (outcome) => this.#attemptOver(outcome),
        },
      });
    } catch (error) {
      this.#fail(
        error instanceof PublishError ? error : failures.browserRefused((error as Error).message),
      );
    }
  }

  #becameLive(): void {
    const isFirst = this.#state === "connecting";
    this.#statistics.connected(this.#live);
    this.#live = this.#attempt;
    this.#become("live");
    if (isFirst) {
      this.#ticks = setInterval(() => this.#tick(), TICK_MS);
      this.#started.resolve(this);
      // After the caller has got hold of the stream.
      setTimeout(() => isOver(this.#state) || this.#vigil.look());
    }
  }

  #tick(): void {
    this.#vigil.alive();
    if (this.#state === "live" || this.#state === "stopping") {
      this.#statistics.tick(this.#live);
      this.#tell("progress", { stats: this.stats });
    }
  }

  #attemptOver(outcome: Outcome): void {
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
      this.#lost(outcome.failed);
    }
  }

  /** Connects again if there is hope. */
  #lost(error: PublishError): void {
    const pauseMs = this.#mayRetry(error) ? this.#pause(error) : null;
    if (pauseMs === null) {
      this.#fail(error);
      return;
    }
    if (this.#state === "live") {
      this.#become("reconnecting");
    }
    this.#tell("failure", { error, willReconnect: true });
    // Whoever has just heard of it may have stopped the stream.
    if (this.#state === "reconnecting") {
      this.#retry = setTimeout(() => void this.#connect(), pauseMs);
    }
  }

  #mayRetry({ retryable, code }: PublishError): boolean {
    if (this.#options.reconnect === false || this.#state === "connecting") {
      return false;
    }
    // The gateway may not have noticed yet that the connection before this one is dead; it still holds the key.
    return retryable || (code === "stream-key-in-use" && this.#state === "reconnecting");
  }

  #pause({ retryAfterMs }: PublishError): number | null {
    const nowMs = this.#platform.now();
    const liveSinceMs = this.#attempt?.liveSinceMs ?? nowMs;
    return this.#backoff.next(nowMs, nowMs - liveSinceMs, retryAfterMs);
  }

  #slept(): void {
    if (this.#state === "live") {
      this.#tell("warning", {
        code: "slept",
        message: "The computer slept. The stream is made anew.",
      });
      this.#attempt?.abort();
      this.#lost(failures.slept());
    }
  }

  #trackEnded(role: TrackRole): void {
    if (this.#state === "live") {
      this.#finish(failures.trackLost(role));
    } else if (this.#state !== "stopping") {
      this.#fail(failures.trackLost(role));
    }
  }

  #finish(stoppedBy: PublishError | null): void {
    this.#stoppedBy = stoppedBy;
    this.#become("stopping");
    void this.#attempt?.finish();
  }

  /** Ends the stream and says so. */
  #fail(error: PublishError): void {
    if (isOver(this.#state)) {
      return;
    }
    const wasLive = this.#state !== "connecting";
    this.#end(error);
    if (wasLive) {
      this.#tell("failure", { error, willReconnect: false });
    }
  }

  #end(error: PublishError | null): void {
    if (isOver(this.#state)) {
      return;
    }
    clearTimeout(this.#retry);
    clearInterval(this.#ticks);
    this.#listening.abort();
    this.#vigil.end();
    this.#attempt?.abort();
    this.#error = error;
    if (error) {
      this.#started.reject(error);
      this.#finished.reject(error);
    }
    this.#become(error ? "failed" : "ended");
  }

  #become(state: LiveState): void {
    const previous = this.state;
    this.#state = step(previous, state);
    this.#tell("state", { state, previous });
  }

  #tell<K extends keyof LiveStreamEvents>(type: K, detail: LiveStreamEvents[K]["detail"]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** A promise that is settled from outside, once. Nobody need listen to its failure. */
class Settling<T> {
  resolve!: (value: T) => void;
  reject!: (error: Error) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => {});
  }
}
