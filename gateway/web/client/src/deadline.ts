/** One wait at a time that must not last. */
export class Deadline {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Replaces the wait that there was. */
  set(ms: number, missed: () => void): void {
    this.clear();
    this.#timer = setTimeout(missed, ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
