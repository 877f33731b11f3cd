import type { Stage } from "../broadcast/broadcast.js";
import { element, setVisible, setText } from "./dom.js";

/** The state of the page, before and during a broadcast. */
export type Status = "starting" | "asking" | "idle" | "ready" | Exclude<Stage, "cancelled">;

interface Appearance {
  badge: string;
  button: string;
  /** What the button does; null while it is inactive. */
  action: "go" | "stop" | null;
  onAir?: string;
}

const idle = (badge: string): Appearance => ({
  badge,
  button: "Go live",
  action: "go",
});

export const APPEARANCES: Record<Status, Appearance> = {
  starting: { badge: "Starting", button: "Go live", action: null },
  asking: { badge: "Waiting for your permission", button: "Go live", action: null },
  idle: idle("No camera or microphone"),
  ready: idle("Ready"),
  connecting: { badge: "Connecting", button: "Cancel", action: "stop" },
  live: { badge: "Live", button: "Stop", action: "stop", onAir: "Live" },
  reconnecting: {
    badge: "Reconnecting",
    button: "Stop",
    action: "stop",
    onAir: "Reconnecting",
  },
  stopping: { badge: "Finishing", button: "Finishing …", action: null, onAir: "Finishing" },
  ended: idle("Stream ended"),
  failed: idle("Not live"),
};

const TITLES: Partial<Record<Status, string>> = {
  live: "● Live",
  reconnecting: "○ Reconnecting",
};

const SETUP = ["camera", "microphone", "height", "frame-rate", "bit-rate", "codec", "engine"];

/** Whether a broadcast is running, so that settings are locked. */
export const isBusy = (status: Status): boolean =>
  APPEARANCES[status].button !== "Go live" || status === "asking";

export function showStatus(status: Status): void {
  const { badge, button, action, onAir } = APPEARANCES[status];
  element("state").dataset.state = status;
  setText("state", badge);
  setText("go", button);
  const mainButton = element<HTMLButtonElement>("go");
  mainButton.dataset.action = button === "Go live" ? "go" : "stop";
  // Not `disabled`, which would take the focus away right after the click.
  mainButton.setAttribute("aria-disabled", String(action === null));
  element("form").dataset.busy = String(isBusy(status) && status !== "asking");
  setVisible("on-air", onAir !== undefined);
  element("on-air").dataset.state = status;
  setText("on-air-text", onAir ?? "");
  for (const id of SETUP) {
    element<HTMLSelectElement>(id).disabled = isBusy(status);
  }
  element<HTMLInputElement>("key").readOnly = isBusy(status);
  element<HTMLButtonElement>("share").disabled = isBusy(status);
  document.title = `${TITLES[status] ?? "Go live"} · Sluice`;
}

/** Whether the main button is active. */
export const canPress = (): boolean => element("go").getAttribute("aria-disabled") !== "true";
