import { Connection } from "./connection.js";
import type { Outcome } from "./connection.js";
import * as failures from "./failures.js";
import { encodeOpen, encodeResume } from "./messages.js";
import type { GatewayWarning, OpenMessage, Opened, OutputStatus, Resumed } from "./messages.js";
import type { Platform } from "./platform.js";
import type { Recording } from "./recording.js";
import type { Resumption } from "./types.js";

export interface ConversationListener {
  /** The first call: a recording has begun, or continues. */
  live(recording: Recording, resumption: Resumption | null): void;
  /** The gateway has sent a report. */
  progress(): void;
  output(status: OutputStatus): void;
  warning(warning: GatewayWarning): void;
  draining(endsInMs: number): void;
  /** Called once, as the last call. Not called after `close`. */
  finished(outcome: Outcome): void;
}

/** What to do over a connection: begin a recording, or continue one. */
export type Purpose =
  { open: OpenMessage; record: (opened: Opened) => Recording } | { resume: Recording };

export interface ConversationOptions {
  url: string;
  purpose: Purpose;
  platform: Pick<Platform, "connect" | "now">;
  listener: ConversationListener;
}

/** One connection, and the recording sent over it. The recording may outlive it. */
export class Conversation {
  readonly isResume: boolean;
  readonly #purpose: Purpose;
  readonly #listener: ConversationListener;
  readonly #now: () => number;
  readonly #connection: Connection;
  #recording: Recording | null = null;
  #liveSinceMs: number | null = null;

  constructor({ url, purpose, platform, listener }: ConversationOptions) {
    this.#purpose = purpose;
    this.#listener = listener;
    this.#now = platform.now;
    this.isResume = "resume" in purpose;
    this.#connection = new Connection({
      url: "resume" in purpose ? withQuery(url, purpose.resume.resumeQuery) : url,
      connect: platform.connect,
      first:
        "resume" in purpose ? encodeResume(purpose.resume.resumeMessage) : encodeOpen(purpose.open),
      isResume: this.isResume,
      listener: {
        opened: (opened) => this.#begin(() => this.#onOpened(opened)),
        resumed: (resumed) => this.#begin(() => this.#onResumed(resumed)),
        progress: (progress) => {
          this.#recording?.onProgress(progress);
          listener.progress();
        },
        keyFrame: () => this.#recording?.engine.keyFrame(),
        output: (status) => listener.output(status),
        warning: (warning) => listener.warning(warning),
        draining: (endsInMs) => listener.draining(endsInMs),
        finished: (outcome) => {
          this.#recording?.detach();
          listener.finished(outcome);
        },
      },
    });
  }

  get wasLive(): boolean {
    return this.#liveSinceMs !== null;
  }

  /** How long it has been live; 0 if it never was. */
  get liveForMs(): number {
    return this.#liveSinceMs === null ? 0 : this.#now() - this.#liveSinceMs;
  }

  /**
   * Closes the connection, without an outcome.
   *
   * @param isComingBack whether another connection will continue the recording
   */
  close(isComingBack = false): void {
    this.#connection.close(isComingBack);
  }

  #begin(begin: () => void): void {
    try {
      begin();
    } catch (error) {
      this.close();
      this.#recording?.abort();
      this.#listener.finished({ failed: failures.asPublishError(error) });
    }
  }

  #onOpened(opened: Opened): void {
    if ("record" in this.#purpose) {
      this.#recording = this.#purpose.record(opened);
      this.#recording.start(this.#connection);
      if (!this.#recording.isOver) {
        this.#onLive(null);
      }
    }
  }

  #onResumed(resumed: Resumed): void {
    if ("resume" in this.#purpose) {
      const resumption = this.#purpose.resume.resume(this.#connection, resumed);
      this.#recording = this.#purpose.resume;
      this.#onLive(resumption);
    }
  }

  #onLive(resumption: Resumption | null): void {
    this.#liveSinceMs = this.#now();
    this.#listener.live(this.#recording!, resumption);
  }
}

const withQuery = (url: string, query: string | undefined) =>
  query === undefined ? url : `${url}${url.includes("?") ? "&" : "?"}${query}`;
