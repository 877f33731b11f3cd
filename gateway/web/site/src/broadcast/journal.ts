export type Severity = "info" | "warning" | "failure";

export interface Entry {
  /** Since the stream was started. */
  atMs: number;
  severity: Severity;
  text: string;
}

const MAX_ENTRIES = 50;

/** What happened to a stream, as text; the latest entries. */
export class Journal {
  #entries: Entry[] = [];

  /** Oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Ignores a repetition of the last entry. */
  add(atMs: number, severity: Severity, text: string): void {
    if (this.#entries.at(-1)?.text === text) {
      return;
    }
    this.#entries.push({ atMs, severity, text });
    this.#entries.splice(0, this.#entries.length - MAX_ENTRIES);
  }
}
