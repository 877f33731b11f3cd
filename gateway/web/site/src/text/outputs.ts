import type { OutputStatus, Resumption } from "sluice-client";
import type { Severity } from "../broadcast/journal.js";
import { duration } from "./format.js";

// Where the stream goes, explained to the person who streams.

const STATES: Record<OutputStatus["state"], string> = {
  connecting: "Connecting",
  live: "Live",
  away: "Away",
  failed: "Failed",
};

/** @param forMs how long it has been in this state */
export function outputState({ state }: Pick<OutputStatus, "state">, forMs: number): string {
  return state === "away" ? `${STATES.away} for ${duration(forMs)}` : STATES[state];
}

/** What is wrong with it, and what happens about it. */
export function outputDetail({
  state,
  message,
  restarts,
}: Pick<OutputStatus, "state" | "message" | "restarts">): string {
  switch (state) {
    case "connecting":
      return "The server is connecting to it.";
    case "live":
      return restarts === 0
        ? "Your stream arrives there."
        : `Your stream arrives there. It was connected again ${restarts === 1 ? "once" : `${restarts} times`}.`;
    case "away":
      return `The server tries again. ${message ?? ""}`.trim();
    case "failed":
      return message ?? "The server does not try again.";
  }
}

/** What to note when an output has changed its state; null for what goes without saying. */
export function outputChange(
  status: OutputStatus,
  before: OutputStatus["state"] | undefined,
): { severity: Severity; text: string } | null {
  const { name, state } = status;
  switch (state) {
    case "live":
      return before === "away" ? { severity: "info", text: `${name} is live again.` } : null;
    case "away":
      return { severity: "warning", text: `${name} is away. ${outputDetail(status)}` };
    case "failed":
      return { severity: "failure", text: `${name} has failed: ${outputDetail(status)}` };
    case "connecting":
      return null;
  }
}

/** What became of the media while there was no connection. */
export function resumption({ mode, lostGroups }: Resumption): string {
  const lost =
    lostGroups === 0
      ? "Nothing was lost"
      : `The oldest ${lostGroups === 1 ? "part" : `${lostGroups} parts`} could not be kept`;
  return mode === "exact"
    ? `${lost}: the recording continues.`
    : `The server had forgotten the stream. ${lost}, and viewers may see a short cut.`;
}
