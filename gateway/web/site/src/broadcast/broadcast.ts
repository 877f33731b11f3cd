import type {
  LiveState,
  LiveStream,
  LiveStreamEvents,
  PublishError,
  PublishOptions,
} from "sluice-client";
import { describePublishError } from "../failures/publish-failures.js";
import { outputChange, resumption } from "../text/outputs.js";
import * as words from "../text/stream.js";
import { StatsHistory } from "./stats-history.js";
import { Journal, type Severity } from "./journal.js";
import { Outputs } from "./outputs.js";

export type Stage = "connecting" | LiveState | "cancelled";

export type Publish = (options: PublishOptions) => Promise<LiveStream>;

const FINAL_STAGES: readonly Stage[] = ["ended", "failed", "cancelled"];

const GAP_EVERY_MS = 1_000;

/** A gateway that reports its outputs does so right after it has accepted the stream. */
export const OUTPUTS_WITHIN_MS = 300;

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
  /** When it first went on air, and when the connection was lost, on the clock. */
  liveSinceMs: number | null = null;
  lostAtMs: number | null = null;
  overAtMs: number | null = null;
  readonly history = new StatsHistory();
  readonly journal = new Journal();
  readonly outputs = new Outputs();

  readonly #startedAtMs: number;
  readonly #controller = new AbortController();
  readonly #now: () => number;
  readonly #outputsWithinMs: number;

  /** @param outputsWithinMs how long to wait for a report of outputs before calling it live */
  constructor(now = () => performance.now(), outputsWithinMs = 0) {
    super();
    this.#now = now;
    this.#outputsWithinMs = outputsWithinMs;
    this.#startedAtMs = now();
  }

  get isOver(): boolean {
    return FINAL_STAGES.includes(this.stage);
  }

  /** Nothing arrives anywhere, although it did before. */
  get isCutOff(): boolean {
    return this.stage === "live" && this.outputs.isCutOff;
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
      if (this.#outputsWithinMs === 0) {
        this.#onState(live.state);
      } else {
        this.#changed();
        setTimeout(() => this.#goOnAir(), this.#outputsWithinMs);
      }
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
    on("output", (status) => {
      const before = this.outputs.update(this.#now(), status);
      const change = before === status.state ? null : outputChange(status, before);
      if (change) {
        this.#note(change.severity, change.text);
      }
      this.#goOnAir();
    });
    on("resumed", (detail) =>
      this.#note(detail.lostGroups === 0 ? "info" : "warning", resumption(detail)),
    );
    on("failure", ({ error }) => {
      this.failure = error;
      this.#note("failure", describePublishError(error).message);
    });
  }

  /** It is on air once the first output is live, or as soon as it is accepted if none is reported. */
  #goOnAir() {
    if (this.stage === "connecting" && this.live?.state === "live") {
      this.#onState("live");
    }
  }

  #onState(state: LiveState) {
    const waitsForOutput =
      state === "live" &&
      this.liveSinceMs === null &&
      this.outputs.areReported &&
      !this.outputs.anyLive;
    if (waitsForOutput) {
      this.#setStage("connecting");
      return;
    }
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
