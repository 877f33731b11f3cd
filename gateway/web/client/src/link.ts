import type { Outcome } from "./connection.js";
import { Conversation } from "./conversation.js";
import type { ConversationListener, Purpose } from "./conversation.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import { newRecording } from "./new-recording.js";
import type { Platform } from "./platform.js";
import { Reconnection, canBeginAfter } from "./reconnection.js";
import type { Recording, RecordingListener } from "./recording.js";
import type { PublishOptions } from "./types.js";

/** How an attempt to continue ends without the gateway's answer. */
const UNANSWERED = ["gateway-unreachable", "gateway-silent"];

export interface LinkListener extends Omit<ConversationListener, "finished"> {
  adapted: RecordingListener["adapted"];
  /** The connection is lost; another one will be opened. */
  lost(error: PublishError): void;
  /** Called once, as the last call. Not called after `abort`. */
  over(outcome: Outcome): void;
}

export interface LinkOptions {
  url: string;
  source: MediaStream;
  publishOptions: PublishOptions;
  platform: Platform;
  listener: LinkListener;
}

/**
 * The way to the gateway across all connections: opens one after another, and continues the
 * recording over each as long as the gateway permits, or else begins a new one.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  readonly #reconnection: Reconnection;
  #stage: "connecting" | "live" | "away" | "over" = "connecting";
  #isStopping = false;
  #conversation: Conversation | null = null;
  /** The last one that went live. */
  #recording: Recording | null = null;

  constructor(options: LinkOptions) {
    const { platform, publishOptions, listener } = options;
    this.#options = options;
    this.#listener = listener;
    const { giveUpAfterMs } = publishOptions.reconnect || {};
    this.#reconnection = new Reconnection(platform, giveUpAfterMs);
  }

  get recording(): Recording | null {
    return this.#recording;
  }

  /** Whether another connection may continue the recording. */
  get continues(): boolean {
    const { reconnect } = this.#options.publishOptions;
    return reconnect !== false && (this.#recording?.continuableForMs ?? 0) > 0;
  }

  /** Connects for a new recording. */
  async open(): Promise<void> {
    const { source, publishOptions, platform } = this.#options;
    try {
      const listener = { ...this.#listener, failed: this.#onRecordingFailed };
      const purpose = await newRecording({ source, publishOptions, platform, listener });
      if (this.#stage !== "over") {
        this.#converse(purpose);
      }
    } catch (error) {
      this.#end({ failed: asRefusal(error) });
    }
  }

  /** Ends the recording gracefully: everything captured is delivered, over another connection if need be. */
  finish(): void {
    this.#isStopping = true;
    void this.#recording?.finish();
  }

  /** The connection is of no use any more. @param agoMs for how long */
  leave(error: PublishError, agoMs: number): void {
    this.#recording?.detach(agoMs);
    this.#conversation?.close(this.continues);
    this.#onLost(error, false);
  }

  /** The network is back. */
  hurry(): void {
    this.#reconnection.hurry();
  }

  /** Releases everything immediately. */
  abort(): void {
    this.#stage = "over";
    this.#reconnection.cancel();
    this.#conversation?.close();
    this.#recording?.abort();
  }

  #converse(purpose: Purpose): void {
    const { url, platform } = this.#options;
    const listener: ConversationListener = {
      ...this.#listener,
      live: (recording, resumption) => {
        this.#stage = "live";
        this.#recording = recording;
        this.#listener.live(recording, resumption);
      },
      finished: (outcome) => this.#onConversationEnd(outcome),
    };
    this.#conversation = new Conversation({ url, purpose, platform, listener });
  }

  readonly #onRecordingFailed = (error: PublishError) => {
    this.#conversation?.close();
    this.#onLost(error, false);
  };

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
      this.#onLost(this.#isStopping ? failures.unconfirmed() : failures.tooLate(), true);
    } else {
      this.#end(outcome);
    }
  }

  /** Connects again if that can succeed. */
  #onLost(error: PublishError, isAnswerToResume: boolean): void {
    const continues = this.continues && this.#reconnection.canContinueAfter(error);
    if (!continues) {
      this.#recording?.abort();
    }
    const canRetry = continues || this.#canBeginAfter(error, isAnswerToResume);
    const liveForMs = this.#conversation?.liveForMs ?? 0;
    const pauseMs = canRetry ? this.#reconnection.pauseAfter(error, liveForMs, continues) : null;
    if (pauseMs === null) {
      this.#end({ failed: error });
      return;
    }
    this.#stage = "away";
    this.#listener.lost(error);
    this.#comeBackAfter(pauseMs, error.retryAfterMs === 0);
  }

  #canBeginAfter(error: PublishError, isAnswerToResume: boolean): boolean {
    return (
      this.#stage !== "connecting" &&
      !this.#isStopping &&
      this.#options.publishOptions.reconnect !== false &&
      canBeginAfter(error, isAnswerToResume, this.#stage === "away")
    );
  }

  #comeBackAfter(pauseMs: number, mayHurry: boolean): void {
    // A listener may have ended the stream.
    if (this.#isOver()) {
      return;
    }
    const leftMs = this.#recording?.continuableForMs ?? 0;
    if (leftMs === 0 || pauseMs < leftMs) {
      this.#reconnection.after(pauseMs, mayHurry, () => this.#comeBack());
    } else {
      // The recording ends before that, and what it keeps is released.
      this.#reconnection.after(leftMs, false, () => {
        this.#recording?.abort();
        this.#comeBackAfter(this.#isStopping ? 0 : pauseMs - leftMs, mayHurry);
      });
    }
  }

  #comeBack(): void {
    const recording = this.#recording;
    if (!recording || !this.continues) {
      recording?.abort();
      if (this.#isStopping) {
        this.#end({ failed: failures.unconfirmed() });
      } else {
        void this.open();
      }
      return;
    }
    try {
      this.#converse({ resume: recording });
    } catch (error) {
      this.#end({ failed: asRefusal(error) });
    }
  }

  #isOver(): boolean {
    return this.#stage === "over";
  }

  #end(outcome: Outcome): void {
    if (!this.#isOver()) {
      this.abort();
      this.#listener.over(outcome);
    }
  }
}

const asRefusal = (error: unknown): PublishError =>
  error instanceof PublishError ? error : failures.browserRefused((error as Error).message);
