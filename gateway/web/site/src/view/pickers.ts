import type { Option as Choice } from "../settings/options.js";
import { element, setVisible, setText } from "./dom.js";

/** Shows the options with the chosen one selected; the first if the chosen one is not offered. */
export function fillPicker(id: string, choices: Choice[], chosen: string): void {
  const picker = element<HTMLSelectElement>(id);
  const same =
    picker.options.length === choices.length &&
    choices.every(
      ({ value, label }, index) =>
        picker.options[index]?.value === value && picker.options[index].label === label,
    );
  // Replacing the options would close an open list.
  if (!same) {
    picker.replaceChildren(...choices.map(({ value, label }) => new Option(label, value)));
  }
  picker.value = chosen;
  if (picker.selectedIndex < 0) {
    picker.selectedIndex = 0;
  }
}

export const picked = (id: string): string => element<HTMLSelectElement>(id).value;

export function keyShown(): boolean {
  return element("key").dataset.shown !== "false";
}

export function showKey(shown: boolean): void {
  element("key").dataset.shown = String(shown);
  setText("key-shown", shown ? "Hide" : "Show");
  element("key-shown").setAttribute("aria-label", shown ? "Hide stream key" : "Show stream key");
}

/** @param path null if there is nothing to watch */
export function showWatchLink(path: string | null): void {
  setVisible("watch", path !== null);
  if (path !== null) {
    element<HTMLAnchorElement>("watch-link").href = path;
  }
}
