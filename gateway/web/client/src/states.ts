import type { LiveState } from "./types.js";

export type State = "connecting" | LiveState;

const NEXT: Record<State, State[]> = {
  connecting: ["live", "failed"],
  live: ["reconnecting", "stopping", "ended", "failed"],
  reconnecting: ["live", "stopping", "failed"],
  stopping: ["ended", "failed"],
  ended: [],
  failed: [],
};

export const isOver = (state: State) => NEXT[state].length === 0;

/**
 * @returns `to`
 * @throws Error if the transition is not listed, which is a bug of this library
 */
export function transition(from: State, to: State): State {
  if (!NEXT[from].includes(to)) {
    throw new Error(`illegal transition from ${from} to ${to}`);
  }
  return to;
}
