/** A timeout that can be replaced: at most one is pending. */
export class Deadline {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Replaces the pending timeout, if any. */
  set(ms: number, onExpired: () => void): void {
    this.clear();
    this.#timer = setTimeout(onExpired, ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
