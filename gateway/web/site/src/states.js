// The life of one stream. What is not listed is a mistake of the program and throws.

/** @typedef {"idle" | "connecting" | "live" | "stopping" | "ended" | "failed"} State */

/** @type {Record<State, State[]>} */
const NEXT = {
  idle: ["connecting", "failed"],
  connecting: ["live", "ended", "failed"],
  live: ["stopping", "ended", "failed"],
  stopping: ["ended", "failed"],
  ended: [],
  failed: [],
};

/** @type {(state: State) => boolean} */
export const isOver = (state) => NEXT[state].length === 0;

/**
 * @param {State} from
 * @param {State} to
 * @returns {State} `to`
 */
export function step(from, to) {
  if (!NEXT[from].includes(to)) {
    throw new Error(`a stream does not go from ${from} to ${to}`);
  }
  return to;
}
