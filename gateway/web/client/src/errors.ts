/** Why a stream could not be published, or ended unexpectedly. */
export class PublishError extends Error {
  override readonly name = "PublishError";

  constructor(
    /**
     * The gateway's code, as listed in docs/protocol.md, or one of this library's own. Branch on
     * this.
     */
    readonly code: string,
    /** What happened, as text for the person who streams. The text may change. */
    message: string,
    /** What to do about it, if anything. */
    readonly advice?: string,
    /** Whether the same call may succeed later. */
    readonly retryable = true,
    /**
     * The minimum time to wait before that, in milliseconds; 0 if the gateway does not specify one.
     */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}
