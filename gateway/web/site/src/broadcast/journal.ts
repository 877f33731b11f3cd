export type Weight = "info" | "warning" | "failure";

export interface Entry {
  /** Since the stream was started. */
  atMs: number;
  weight: Weight;
  text: string;
}

const MOST_ENTRIES = 50;

/** What happened to a stream, in words; the latest entries. */
export class Journal {
  #entries: Entry[] = [];

  /** Oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** What was said last is not said again. */
  add(atMs: number, weight: Weight, text: string): void {
    if (this.#entries.at(-1)?.text === text) {
      return;
    }
    this.#entries.push({ atMs, weight, text });
    this.#entries.splice(0, this.#entries.length - MOST_ENTRIES);
  }
}
