import type { Stage } from "../broadcast/broadcast.js";
import { part, visible, write } from "./dom.js";

/** Where the page is: before a broadcast, or in it. */
export type Status = "starting" | "asking" | "idle" | "ready" | Exclude<Stage, "cancelled">;

interface Look {
  badge: string;
  button: string;
  /** What the button does; nothing while it would make no sense. */
  action: "go" | "stop" | null;
  onAir?: string;
}

const go = (badge: string): Look => ({ badge, button: "Go live", action: "go" });

export const LOOKS: Record<Status, Look> = {
  starting: { badge: "Starting", button: "Go live", action: null },
  asking: { badge: "Waiting for your permission", button: "Go live", action: null },
  idle: go("No camera or microphone"),
  ready: go("Ready"),
  connecting: { badge: "Connecting", button: "Cancel", action: "stop" },
  live: { badge: "Live", button: "Stop", action: "stop", onAir: "Live" },
  reconnecting: {
    badge: "Reconnecting",
    button: "Stop",
    action: "stop",
    onAir: "Reconnecting",
  },
  stopping: { badge: "Finishing", button: "Finishing …", action: null, onAir: "Finishing" },
  ended: go("Stream ended"),
  failed: go("Not live"),
};

const TITLES: Partial<Record<Status, string>> = {
  live: "● Live",
  reconnecting: "○ Reconnecting",
};

const SETUP = ["camera", "microphone", "height", "frame-rate", "bit-rate", "codec", "engine"];

/** Whether a broadcast is on, so that nothing can be set up. */
export const isBusy = (status: Status): boolean =>
  LOOKS[status].button !== "Go live" || status === "asking";

export function showStatus(status: Status): void {
  const { badge, button, action, onAir } = LOOKS[status];
  part("state").dataset.state = status;
  write("state", badge);
  write("go", button);
  const press = part<HTMLButtonElement>("go");
  press.dataset.action = button === "Go live" ? "go" : "stop";
  // Not `disabled`, which would take the focus from who has just pressed it.
  press.setAttribute("aria-disabled", String(action === null));
  part("form").dataset.busy = String(isBusy(status) && status !== "asking");
  visible("on-air", onAir !== undefined);
  part("on-air").dataset.state = status;
  write("on-air-text", onAir ?? "");
  for (const id of SETUP) {
    part<HTMLSelectElement>(id).disabled = isBusy(status);
  }
  part<HTMLInputElement>("key").readOnly = isBusy(status);
  part<HTMLButtonElement>("share").disabled = isBusy(status);
  document.title = `${TITLES[status] ?? "Go live"} · Sluice`;
}

/** Whether the one button would do something. */
export const mayPress = (): boolean => part("go").getAttribute("aria-disabled") !== "true";
