import type { Outcome } from "./connection.js";
import { Conversation } from "./conversation.js";
import type { Purpose } from "./conversation.js";
import { Deferred } from "./deferred.js";
import { EncodingRequest } from "./encoding-request.js";
import type { Offer } from "./engine.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import type { TrackRole } from "./failures.js";
import { ingestUrl } from "./ingest-url.js";
import type { LiveStream, LiveStreamTarget } from "./live-stream.js";
import { LivenessMonitor, roleOf } from "./liveness-monitor.js";
import type { Ended } from "./messages.js";
import type { Platform } from "./platform.js";
import { Reconnection, canBeginAfter } from "./reconnection.js";
import { Recording } from "./recording.js";
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

/** How an attempt to continue ends without the gateway's answer. */
const UNANSWERED = ["gateway-unreachable", "gateway-silent"];

const Target = EventTarget as new () => LiveStreamTarget;

/**
 * A published stream across all its connections: continues its recording over one after another, or
 * begins a new one, and dispatches the events.
 */
export class Publication extends Target implements LiveStream {
  readonly #options: PublishOptions;
  readonly #platform: Platform;
  readonly #url: string;
  readonly #source: MediaStream;
  readonly #liveness: LivenessMonitor;
  readonly #reconnection: Reconnection;
  readonly #statistics: Statistics;
  readonly #listening = new AbortController();
  readonly #started = new Deferred<this>();
  readonly #finished = new Deferred<Ended>();
  #state: State = "connecting";
  #conversation: Conversation | null = null;
  /** The last one that went live. */
  #recording: Recording | null = null;
  #error: PublishError | null = null;
  /** Why a live stream is being stopped gracefully; reported once it has stopped. */
  #stoppedBy: PublishError | null = null;
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
    this.#reconnection = new Reconnection(platform, (reconnect || undefined)?.giveUpAfterMs);
    this.#liveness = new LivenessMonitor({
      tracks,
      page: platform.page,
      wallClock: platform.wallClock,
      listener: {
        trackEnded: (role) => this.#onTrackEnded(role),
        slept: (gapMs) => this.#onSleep(gapMs),
        online: () => this.#reconnection.hurry(),
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
    return this.#recording?.negotiated as Negotiated;
  }

  get stats(): Stats {
    return this.#statistics.of(this.#recording);
  }

  get error(): PublishError | null {
    return this.#error;
  }

  /** Resolves once the stream is live. */
  start(): Promise<this> {
    void this.#open();
    return this.#started.promise;
  }

  stop(): Promise<Ended> {
    if (this.#state === "live" || (this.#state === "reconnecting" && this.#continues)) {
      this.#finish(null);
    } else if (this.#state === "reconnecting") {
      // Media in flight when the connection broke is lost, and nothing tells how much.
      this.#end(failures.unconfirmed());
    }
    return this.#finished.promise;
  }

  /** Whether another connection may continue the recording. */
  get #continues(): boolean {
    return this.#options.reconnect !== false && (this.#recording?.continuableForMs ?? 0) > 0;
  }

  /** Connects for a new recording. */
  async #open(): Promise<void> {
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
      const request = new EncodingRequest(this.#source, this.#options);
      this.#converse({
        open: request.open(offers),
        record: (opened) => new Recording(this.#recordingOptions(offers, request), opened),
      });
    } catch (error) {
      this.#fail(
        error instanceof PublishError ? error : failures.browserRefused((error as Error).message),
      );
    }
  }

  #recordingOptions(offers: Offer[], request: EncodingRequest) {
    return {
      source: this.#source,
      offers,
      request,
      publishOptions: this.#options,
      platform: this.#platform,
      listener: {
        adapted: (detail) => this.#emit("adaptation", detail),
        warning: (code, message) => this.#emit("warning", { code, message }),
        failed: (error) => {
          this.#conversation?.close();
          this.#onLost(error, false);
        },
      },
    } satisfies ConstructorParameters<typeof Recording>[0];
  }

  #converse(purpose: Purpose): void {
    this.#conversation = new Conversation({
      url: this.#url,
      purpose,
      platform: this.#platform,
      listener: {
        live: (recording, resumption) => this.#onLive(recording, resumption),
        progress: () => this.#liveness.onActivity(),
        output: (status) => this.#emit("output", status),
        warning: (warning) => this.#emit("warning", warning),
        draining: (endsInMs) => this.#emit("draining", { endsInMs }),
        finished: (outcome) => this.#onConversationEnd(outcome),
      },
    });
  }

  #onLive(recording: Recording, resumption: Resumption | null): void {
    const isFirst = this.#state === "connecting";
    if (resumption) {
      this.#statistics.resumed();
    } else {
      this.#statistics.began(this.#recording);
      this.#recording = recording;
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
      this.#statistics.tick(this.#recording);
      this.#emit("progress", { stats: this.stats });
    }
  }

  #onConversationEnd(outcome: Outcome): void {
    const isAnswerToResume = this.#conversation?.isResume === true && !this.#conversation.wasLive;
    if ("failed" in outcome) {
      if (isAnswerToResume && UNANSWERED.includes(outcome.failed.code)) {
        this.#reconnection.onUnanswered();
      }
      this.#onLost(outcome.failed, isAnswerToResume);
    } else if (isAnswerToResume && this.#recording?.isMissingAfter(outcome.ended.acceptedBytes)) {
      // The gateway did not wait long enough: it has ended the stream without the rest.
      this.#recording.abort();
      this.#onLost(this.#state === "stopping" ? failures.unconfirmed() : failures.tooLate(), true);
    } else {
      this.#finished.resolve(outcome.ended);
      if (this.#stoppedBy) {
        this.#fail(this.#stoppedBy);
      } else {
        this.#end(null);
      }
    }
  }

  /** Connects again if that can succeed. */
  #onLost(error: PublishError, isAnswerToResume: boolean): void {
    const continues = this.#continues && this.#reconnection.canContinueAfter(error);
    const isReconnecting = this.#state === "reconnecting";
    if (!continues) {
      this.#recording?.abort();
    }
    const canRetry =
      continues ||
      (this.#state !== "connecting" &&
        this.#state !== "stopping" &&
        this.#options.reconnect !== false &&
        canBeginAfter(error, isAnswerToResume, isReconnecting));
    const liveForMs = this.#conversation?.liveForMs ?? 0;
    const pauseMs = canRetry ? this.#reconnection.pauseAfter(error, liveForMs, continues) : null;
    if (pauseMs === null) {
      this.#fail(this.#stoppedBy ?? error);
      return;
    }
    if (this.#state === "live") {
      this.#transitionTo("reconnecting");
    }
    this.#emit("failure", { error, willReconnect: true });
    // A listener may have aborted or stopped the stream.
    if (this.#state === "reconnecting" || this.#state === "stopping") {
      this.#comeBackAfter(pauseMs, error.retryAfterMs === 0);
    }
  }

  #comeBackAfter(pauseMs: number, mayHurry: boolean): void {
    const leftMs = this.#recording?.continuableForMs ?? 0;
    if (leftMs === 0 || pauseMs < leftMs) {
      this.#reconnection.after(pauseMs, mayHurry, () => this.#comeBack());
    } else {
      // The recording ends before that, and what it keeps is released.
      this.#reconnection.after(leftMs, false, () => {
        this.#recording?.abort();
        const restMs = this.#state === "stopping" ? 0 : pauseMs - leftMs;
        this.#comeBackAfter(restMs, mayHurry);
      });
    }
  }

  #comeBack(): void {
    const recording = this.#recording;
    if (recording && this.#continues) {
      try {
        this.#converse({ resume: recording });
      } catch (error) {
        this.#fail(failures.browserRefused((error as Error).message));
      }
      return;
    }
    recording?.abort();
    if (this.#state === "stopping") {
      this.#fail(this.#stoppedBy ?? failures.unconfirmed());
    } else {
      void this.#open();
    }
  }

  #onSleep(gapMs: number): void {
    if (this.#state === "live") {
      const recording = this.#recording;
      recording?.detach(gapMs);
      this.#conversation?.close(this.#continues);
      this.#emit("warning", {
        code: "slept",
        message: `The computer went to sleep. The stream ${this.#continues ? "continues" : "is restarting"}.`,
      });
      this.#onLost(failures.slept(), false);
    }
  }

  #onTrackEnded(role: TrackRole): void {
    if (this.#state === "live" || (this.#state === "reconnecting" && this.#continues)) {
      this.#finish(failures.trackLost(role));
    } else if (this.#state !== "stopping") {
      this.#fail(failures.trackLost(role));
    }
  }

  #finish(stoppedBy: PublishError | null): void {
    this.#stoppedBy = stoppedBy;
    this.#transitionTo("stopping");
    void this.#recording?.finish();
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
    this.#reconnection.cancel();
    clearInterval(this.#ticks);
    this.#listening.abort();
    this.#liveness.stop();
    this.#conversation?.close();
    this.#recording?.abort();
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
