import type { Option as Choice } from "../settings/options.js";
import { part, visible, write } from "./dom.js";

/** Shows what can be chosen, with what is chosen; the first where that is not among it. */
export function fillPicker(id: string, choices: Choice[], chosen: string): void {
  const picker = part<HTMLSelectElement>(id);
  const same =
    picker.options.length === choices.length &&
    choices.every(
      ({ value, label }, index) =>
        picker.options[index]?.value === value && picker.options[index].label === label,
    );
  // An open list would close under the hand of who reads it.
  if (!same) {
    picker.replaceChildren(...choices.map(({ value, label }) => new Option(label, value)));
  }
  picker.value = chosen;
  if (picker.selectedIndex < 0) {
    picker.selectedIndex = 0;
  }
}

export const picked = (id: string): string => part<HTMLSelectElement>(id).value;

export function keyShown(): boolean {
  return part("key").dataset.shown !== "false";
}

export function showKey(shown: boolean): void {
  part("key").dataset.shown = String(shown);
  write("key-shown", shown ? "Hide" : "Show");
  part("key-shown").setAttribute("aria-label", shown ? "Hide stream key" : "Show stream key");
}

/** @param path null where nothing can be watched */
export function showWatchLink(path: string | null): void {
  visible("watch", path !== null);
  if (path !== null) {
    part<HTMLAnchorElement>("watch-link").href = path;
  }
}
