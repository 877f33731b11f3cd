import type {
  LiveState,
  LiveStream,
  LiveStreamEvents,
  PublishError,
  PublishOptions,
} from "sluice-client";
import { describePublishError } from "../failures/publish-failures.js";
import * as words from "../text/stream.js";
import { StatsHistory } from "./stats-history.js";
import { Journal, type Severity } from "./journal.js";

export type Stage = "connecting" | LiveState | "cancelled";

export type Publish = (options: PublishOptions) => Promise<LiveStream>;

const FINAL_STAGES: readonly Stage[] = ["ended", "failed", "cancelled"];

const GAP_EVERY_MS = 1_000;

/**
 * One broadcast, from pressing the button to its end: the library's stream plus its history and
 * journal. It outlives individual connections.
 *
 * Events: `change` whenever anything here has changed.
 */
export class Broadcast extends EventTarget {
  stage: Stage = "connecting";
  live: LiveStream | null = null;
  /** Why it ended, or why it is reconnecting. */
  failure: PublishError | null = null;
  /** What the gateway confirmed at the end. */
  ended: { acceptedBytes: number; outTimeMs: number } | null = null;
  /** When it first went live, and when the connection was lost, on the clock. */
  liveSinceMs: number | null = null;
  lostAtMs: number | null = null;
  overAtMs: number | null = null;
  readonly history = new StatsHistory();
  readonly journal = new Journal();

  readonly #startedAtMs: number;
  readonly #controller = new AbortController();
  readonly #now: () => number;

  constructor(now = () => performance.now()) {
    super();
    this.#now = now;
    this.#startedAtMs = now();
  }

  get isOver(): boolean {
    return FINAL_STAGES.includes(this.stage);
  }

  /** How long it has been, or was, on air. */
  get onAirMs(): number {
    return this.liveSinceMs === null ? 0 : (this.overAtMs ?? this.#now()) - this.liveSinceMs;
  }

  /** How long the connection has been down. */
  get lostForMs(): number {
    return this.lostAtMs === null ? 0 : this.#now() - this.lostAtMs;
  }

  /** Never rejects: the result is in `stage`. */
  async start(publish: Publish, options: PublishOptions): Promise<void> {
    try {
      const live = await publish({ ...options, signal: this.#controller.signal });
      this.live = live;
      this.#listen(live);
      this.#onState(live.state);
    } catch (error) {
      if (!this.isOver) {
        this.failure = error as PublishError;
        this.#note("failure", describePublishError(this.failure).message);
        this.#setStage("failed");
      }
    }
  }

  /** Ends gracefully: everything recorded is delivered. */
  async stop(): Promise<void> {
    if (!this.live) {
      this.#setStage("cancelled");
      this.#controller.abort();
      return;
    }
    try {
      this.ended = await this.live.stop();
    } catch (error) {
      this.failure ??= error as PublishError;
    }
    this.#onState(this.live.state);
  }

  /** For a page that is being closed and cannot wait. */
  abort(): void {
    this.#controller.abort();
  }

  /** Adds an entry for something the page itself noticed. */
  note(severity: Severity, text: string): void {
    this.#note(severity, text);
    this.#changed();
  }

  #listen(live: LiveStream) {
    const on = <K extends keyof LiveStreamEvents>(
      type: K,
      handle: (detail: LiveStreamEvents[K]["detail"]) => void,
    ) =>
      live.addEventListener(type, (event) => {
        handle((event as CustomEvent<LiveStreamEvents[K]["detail"]>).detail);
        this.#changed();
      });
    on("state", ({ state }) => this.#onState(state));
    on("progress", ({ stats }) => this.history.add(this.#now(), stats));
    on("adaptation", (detail) => {
      this.#note(detail.change === "raised" ? "info" : "warning", words.adaptation(detail));
    });
    on("warning", ({ message }) => this.#note("warning", message));
    on("draining", ({ endsInMs }) => this.#note("warning", words.draining(endsInMs)));
    on("failure", ({ error }) => {
      this.failure = error;
      this.#note("failure", describePublishError(error).message);
    });
  }

  #onState(state: LiveState) {
    if (this.stage === state) {
      return;
    }
    const now = this.#now();
    if (state === "live") {
      this.#note(
        "info",
        this.lostAtMs === null
          ? "Live."
          : `Live again after ${words.spokenDuration(this.lostForMs)}.`,
      );
      this.liveSinceMs ??= now;
      this.lostAtMs = null;
      this.failure = null;
    } else if (state === "reconnecting") {
      this.lostAtMs = now;
      this.#recordGapsUntilLive();
    } else if (state === "failed") {
      this.failure = this.live?.error ?? this.failure;
    } else if (state === "ended") {
      this.failure = null;
      this.#note("info", "Ended.");
    }
    this.#setStage(state);
  }

  /** A frozen chart would look like a running stream. */
  #recordGapsUntilLive() {
    const timer = setInterval(() => {
      if (this.stage !== "reconnecting") {
        clearInterval(timer);
        return;
      }
      this.history.addGap(this.#now());
      this.#changed();
    }, GAP_EVERY_MS);
  }

  #setStage(stage: Stage) {
    this.stage = stage;
    if (this.isOver) {
      this.overAtMs = this.#now();
    }
    this.#changed();
  }

  #note(severity: Severity, text: string) {
    this.journal.add(this.#now() - this.#startedAtMs, severity, text);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
