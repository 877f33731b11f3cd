/** What went wrong, as text for the person who streams. */
export interface Failure {
  /** Stable: for support, and for programs. */
  code: string;
  /** What happened. */
  message: string;
  /** What to do about it. */
  advice: string;
  /** The original error message, where it says more than `message`. */
  detail?: string;
}
