import type { OutputStatus } from "sluice-client";

/** An output, as last reported. */
export interface Output extends OutputStatus {
  /** Since when it has been in this state, on the page's clock. */
  sinceAtMs: number;
}

/** The gateway's outputs, as far as it reports them. */
export class Outputs {
  readonly #byIndex = new Map<number, Output>();
  #isCutOff = false;

  /** In the gateway's order. */
  get all(): Output[] {
    return [...this.#byIndex.values()].sort((a, b) => a.index - b.index);
  }

  get areReported(): boolean {
    return this.#byIndex.size > 0;
  }

  get anyLive(): boolean {
    return this.all.some(({ state }) => state === "live");
  }

  /** None of them receives anything; until one does again. */
  get isCutOff(): boolean {
    return this.#isCutOff;
  }

  /** @returns the state before; undefined if it is new */
  update(atMs: number, status: OutputStatus): OutputStatus["state"] | undefined {
    const before = this.#byIndex.get(status.index)?.state;
    this.#byIndex.set(status.index, { ...status, sinceAtMs: atMs - status.sinceMs });
    const areGone = this.all.every(({ state }) => state === "away" || state === "failed");
    this.#isCutOff = !this.anyLive && (this.#isCutOff || areGone);
    return before;
  }
}
