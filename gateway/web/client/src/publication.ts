import type { Outcome } from "./connection.js";
import { Deferred } from "./deferred.js";
import type { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import type { TrackRole } from "./failures.js";
import { ingestUrl } from "./ingest-url.js";
import { Link } from "./link.js";
import type { LiveStream, LiveStreamTarget } from "./live-stream.js";
import { LivenessMonitor } from "./liveness-monitor.js";
import type { Ended } from "./messages.js";
import type { Platform } from "./platform.js";
import type { Recording } from "./recording.js";
import { isOver, transition } from "./states.js";
import type { State } from "./states.js";
import { Statistics } from "./statistics.js";
import type {
  LiveState,
  LiveStreamEvents,
  Negotiated,
  PublishOptions,
  Resumption,
  Stats,
} from "./types.js";

const TICK_MS = 1_000;

const Target = EventTarget as new () => LiveStreamTarget;

/** A published stream across all its connections: its states and its events. */
export class Publication extends Target implements LiveStream {
  readonly #link: Link;
  readonly #liveness: LivenessMonitor;
  readonly #statistics: Statistics;
  readonly #listening = new AbortController();
  readonly #started = new Deferred<this>();
  readonly #finished = new Deferred<Ended>();
  #state: State = "connecting";
  #error: PublishError | null = null;
  /** Why a live stream is being stopped gracefully; reported once it has stopped. */
  #stoppedBy: PublishError | null = null;
  #ticks: ReturnType<typeof setInterval> | undefined;

  /** @throws PublishError if the source or the URL cannot be published at all */
  constructor(options: PublishOptions, platform: Platform) {
    super();
    const { url, source, signal } = options;
    if (signal?.aborted) {
      throw failures.aborted(signal.reason);
    }
    const tracks = tracksOf(source);
    this.#link = new Link({
      url: ingestUrl(url, platform.page?.baseUrl),
      source: platform.streamOf(tracks),
      publishOptions: options,
      platform,
      listener: {
        live: (recording, resumption) => this.#onLive(recording, resumption),
        progress: () => this.#liveness.onActivity(),
        adapted: (detail) => this.#emit("adaptation", detail),
        output: (status) => this.#emit("output", status),
        warning: (warning) => this.#emit("warning", warning),
        draining: (endsInMs) => this.#emit("draining", { endsInMs }),
        lost: (error) => this.#onLost(error),
        over: (outcome) => this.#onOver(outcome),
      },
    });
    this.#statistics = new Statistics(platform.now);
    this.#liveness = new LivenessMonitor({
      tracks,
      page: platform.page,
      wallClock: platform.wallClock,
      listener: {
        trackEnded: (role) => this.#onTrackEnded(role),
        slept: (gapMs) => this.#onSleep(gapMs),
        online: () => this.#link.hurry(),
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
    return this.#link.recording?.negotiated as Negotiated;
  }

  get stats(): Stats {
    return this.#statistics.stats;
  }

  get error(): PublishError | null {
    return this.#error;
  }

  /** Resolves once the stream is live. */
  start(): Promise<this> {
    void this.#link.open();
    return this.#started.promise;
  }

  stop(): Promise<Ended> {
    if (this.#state === "live" || (this.#state === "reconnecting" && this.#link.continues)) {
      this.#finish(null);
    } else if (this.#state === "reconnecting") {
      // Media in flight when the connection broke is lost, and nothing tells how much.
      this.#end(failures.unconfirmed());
    }
    return this.#finished.promise;
  }

  #onLive(recording: Recording, resumption: Resumption | null): void {
    const isFirst = this.#state === "connecting";
    if (resumption) {
      this.#statistics.resumed();
    } else {
      this.#statistics.began(recording);
    }
    if (this.#state !== "stopping") {
      this.#transitionTo("live");
    }
    if (resumption) {
      this.#emit("resumed", resumption);
    }
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
      this.#statistics.tick();
      this.#emit("progress", { stats: this.stats });
    }
  }

  #onLost(error: PublishError): void {
    if (this.#state === "live") {
      this.#transitionTo("reconnecting");
    }
    this.#emit("failure", { error, willReconnect: true });
  }

  #onOver(outcome: Outcome): void {
    if ("failed" in outcome) {
      this.#fail(this.#stoppedBy ?? outcome.failed);
      return;
    }
    this.#finished.resolve(outcome.ended);
    if (this.#stoppedBy) {
      this.#fail(this.#stoppedBy);
    } else {
      this.#end(null);
    }
  }

  #onSleep(gapMs: number): void {
    if (this.#state === "live") {
      this.#emit("warning", {
        code: "slept",
        message: "The computer went to sleep. The stream is being restored.",
      });
      this.#link.leave(failures.slept(), gapMs);
    }
  }

  #onTrackEnded(role: TrackRole): void {
    if (this.#state === "live" || (this.#state === "reconnecting" && this.#link.continues)) {
      this.#finish(failures.trackLost(role));
    } else if (this.#state !== "stopping") {
      this.#fail(failures.trackLost(role));
    }
  }

  #finish(stoppedBy: PublishError | null): void {
    this.#stoppedBy = stoppedBy;
    this.#transitionTo("stopping");
    this.#link.finish();
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
    clearInterval(this.#ticks);
    this.#listening.abort();
    this.#liveness.stop();
    this.#link.abort();
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

/** @throws PublishError if there are none */
function tracksOf(source: MediaStream): MediaStreamTrack[] {
  const tracks = [source.getVideoTracks()[0], source.getAudioTracks()[0]].filter(
    (track) => track !== undefined,
  );
  if (tracks.length === 0) {
    throw failures.nothingToSend();
  }
  return tracks;
}
