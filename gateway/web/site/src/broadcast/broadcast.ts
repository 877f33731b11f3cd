import type {
  LiveState,
  LiveStream,
  LiveStreamEvents,
  PublishError,
  PublishOptions,
} from "sluice-client";
import { ofPublishing } from "../failures/publish-failures.js";
import * as words from "../text/stream.js";
import { History } from "./stats-history.js";
import { Journal, type Weight } from "./journal.js";

export type Stage = "connecting" | LiveState | "cancelled";

export type Publish = (options: PublishOptions) => Promise<LiveStream>;

const OVER: readonly Stage[] = ["ended", "failed", "cancelled"];

const GAP_EVERY_MS = 1_000;

/**
 * One broadcast, from the press of the button to its end: the library's stream, with what a person wants to look back
 * on. It outlives the connections that it takes.
 *
 * Events: `change` whenever anything here has changed.
 */
export class Broadcast extends EventTarget {
  stage: Stage = "connecting";
  live: LiveStream | null = null;
  /** Why it ended, or why it reconnects. */
  failure: PublishError | null = null;
  /** What the gateway said at the end. */
  ended: { acceptedBytes: number; outTimeMs: number } | null = null;
  /** When it was live first, and when the connection broke, on the clock. */
  liveSinceMs: number | null = null;
  lostAtMs: number | null = null;
  overAtMs: number | null = null;
  readonly history = new History();
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
    return OVER.includes(this.stage);
  }

  /** How long it has been, or was, on the air. */
  get onAirMs(): number {
    return this.liveSinceMs === null ? 0 : (this.overAtMs ?? this.#now()) - this.liveSinceMs;
  }

  /** How long the connection has been down. */
  get lostForMs(): number {
    return this.lostAtMs === null ? 0 : this.#now() - this.lostAtMs;
  }

  /** Never rejects: how it goes is told by `stage`. */
  async start(publish: Publish, options: PublishOptions): Promise<void> {
    try {
      const live = await publish({ ...options, signal: this.#controller.signal });
      this.live = live;
      this.#listen(live);
      this.#became(live.state);
    } catch (error) {
      if (!this.isOver) {
        this.failure = error as PublishError;
        this.#note("failure", ofPublishing(this.failure).message);
        this.#become("failed");
      }
    }
  }

  /** Asks for an orderly end: all that was recorded arrives. */
  async stop(): Promise<void> {
    if (!this.live) {
      this.#become("cancelled");
      this.#controller.abort();
      return;
    }
    try {
      this.ended = await this.live.stop();
    } catch (error) {
      this.failure ??= error as PublishError;
    }
    this.#became(this.live.state);
  }

  /** For a page that goes away and cannot wait. */
  abandon(): void {
    this.#controller.abort();
  }

  /** Something that the page itself has noticed. */
  note(weight: Weight, text: string): void {
    this.#note(weight, text);
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
    on("state", ({ state }) => this.#became(state));
    on("progress", ({ stats }) => this.history.add(this.#now(), stats));
    on("adaptation", (detail) => {
      this.#note(detail.change === "raised" ? "info" : "warning", words.adaptation(detail));
    });
    on("warning", ({ message }) => this.#note("warning", message));
    on("draining", ({ endsInMs }) => this.#note("warning", words.draining(endsInMs)));
    on("failure", ({ error }) => {
      this.failure = error;
      this.#note("failure", ofPublishing(error).message);
    });
  }

  #became(state: LiveState) {
    if (this.stage === state) {
      return;
    }
    const now = this.#now();
    if (state === "live") {
      this.#note(
        "info",
        this.lostAtMs === null ? "Live." : `Live again after ${words.lasting(this.lostForMs)}.`,
      );
      this.liveSinceMs ??= now;
      this.lostAtMs = null;
      this.failure = null;
    } else if (state === "reconnecting") {
      this.lostAtMs = now;
      this.#keepGapsUntilLive();
    } else if (state === "failed") {
      this.failure = this.live?.error ?? this.failure;
    } else if (state === "ended") {
      this.failure = null;
      this.#note("info", "Ended.");
    }
    this.#become(state);
  }

  /** A chart that stood still would look like a stream that goes on. */
  #keepGapsUntilLive() {
    const timer = setInterval(() => {
      if (this.stage !== "reconnecting") {
        clearInterval(timer);
        return;
      }
      this.history.gap(this.#now());
      this.#changed();
    }, GAP_EVERY_MS);
  }

  #become(stage: Stage) {
    this.stage = stage;
    if (this.isOver) {
      this.overAtMs = this.#now();
    }
    this.#changed();
  }

  #note(weight: Weight, text: string) {
    this.journal.add(this.#now() - this.#startedAtMs, weight, text);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
