import { Backoff } from "./backoff.js";
import type { PublishError } from "./errors.js";
import type { Platform } from "./platform.js";

const GIVE_UP_AFTER_MS = 120_000;

/** The first attempt to continue a recording comes at once, spread over this time. */
const FIRST_RESUME_WITHIN_MS = 300;
/** The longest pause while a recording can be continued: the gateway waits for half a minute only. */
const MAX_RESUME_DELAY_MS = 4_000;
/** Lost sooner than this, a connection is not tried again at once. */
const STEADY_AFTER_MS = 1_000;

/** What another connection may change: failures of the network, or of a gateway that is busy or away. */
const PASSING = [
  "connection-lost",
  "gateway-unreachable",
  "gateway-silent",
  "end-unconfirmed",
  "slept",
  "shutting-down",
  "gateway-full",
  "cluster-unavailable",
  "authorizer-failed",
  "too-many-requests",
  "stream-key-in-use",
];

/** Answers to `resume` after which only a new recording is possible, though none is retryable. */
const BEGIN_ANEW = [
  "resume-unknown",
  "resume-gap",
  "unsupported-offer",
  // A gateway that does not know `resume`.
  "malformed-message",
  "unknown-message-type",
  "unexpected-message",
];

/**
 * Whether a new recording may succeed after this failure.
 *
 * @param isAnswerToResume whether the gateway refused to continue the previous one
 * @param isReconnecting whether the previous connection is lost
 */
export const canBeginAfter = (
  { retryable, code }: PublishError,
  isAnswerToResume: boolean,
  isReconnecting: boolean,
) =>
  retryable ||
  // The gateway may not have noticed yet that the previous connection is dead, so that one
  // still holds the key.
  (code === "stream-key-in-use" && isReconnecting) ||
  (isAnswerToResume && BEGIN_ANEW.includes(code));

/** When to connect again. */
export class Reconnection {
  readonly #platform: Platform;
  readonly #backoff: Backoff;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the pause delays; null if there is none that may be cut short. */
  #next: (() => void) | null = null;
  /** Attempts that were given up and may still reach the gateway. */
  #ghosts = 0;

  constructor(platform: Platform, giveUpAfterMs = GIVE_UP_AFTER_MS) {
    this.#platform = platform;
    this.#backoff = new Backoff(giveUpAfterMs, platform.random);
  }

  /** An attempt to continue was given up without an answer. */
  onUnanswered(): void {
    this.#ghosts++;
  }

  /** Whether a recording can go on over another connection after this failure. */
  canContinueAfter({ code }: PublishError): boolean {
    if (code === "taken-over" && this.#ghosts > 0) {
      // The newest connection that the gateway sees may be one that was given up here long ago.
      this.#ghosts--;
      return true;
    }
    return PASSING.includes(code);
  }

  /**
   * @param liveForMs how long the lost connection was live
   * @param continues whether the recording is to be continued
   * @returns the pause in milliseconds, or null to give up
   */
  pauseAfter({ retryAfterMs }: PublishError, liveForMs: number, continues: boolean): number | null {
    if (continues && liveForMs >= STEADY_AFTER_MS) {
      this.#backoff.reset();
      if (retryAfterMs === 0) {
        return this.#soon();
      }
    }
    const longestMs = continues ? MAX_RESUME_DELAY_MS : undefined;
    return this.#backoff.next(this.#platform.now(), liveForMs, retryAfterMs, longestMs);
  }

  /** @param mayHurry whether the pause ends as soon as the network is back */
  after(pauseMs: number, mayHurry: boolean, next: () => void): void {
    this.cancel();
    this.#next = mayHurry ? next : null;
    this.#timer = setTimeout(() => {
      this.#next = null;
      next();
    }, pauseMs);
  }

  /** The network is back. */
  hurry(): void {
    if (this.#next) {
      this.after(this.#soon(), false, this.#next);
    }
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#next = null;
  }

  #soon(): number {
    return this.#platform.random() * FIRST_RESUME_WITHIN_MS;
  }
}
