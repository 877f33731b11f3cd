/** Why a stream was not published, or ended without having been asked to. */
export class PublishError extends Error {
  override readonly name = "PublishError";

  constructor(
    /** The gateway's code, as docs/protocol.md lists them, or one of this library's own. Decide by this. */
    readonly code: string,
    /** What happened, in words for the person who streams. They may change. */
    message: string,
    /** What to do about it, if there is something. */
    readonly advice?: string,
    /** Whether the very same may work later. */
    readonly retryable = true,
    /** How long to wait at least before that, in milliseconds, where the gateway says so; else 0. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}
