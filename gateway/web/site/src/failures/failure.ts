/** What went wrong, in words for the person who streams. */
export interface Failure {
  /** Stable: for support, and for programs. */
  code: string;
  /** What happened. */
  message: string;
  /** What to do about it. */
  advice: string;
  /** The words of whoever noticed, where they say more than the message does. */
  detail?: string;
}
