import type { Journal } from "../broadcast/journal.js";
import type { Failure } from "../failures/failure.js";
import { duration } from "../text/format.js";
import { element, setVisible, setTexts } from "./dom.js";

export function showFailure(failure: Failure | null): void {
  const news = failure !== null && element("failure").hidden;
  setVisible("failure", failure !== null);
  setTexts({
    "failure-message": failure?.message ?? "",
    "failure-advice": failure?.advice ?? "",
    "failure-detail": failure?.detail ? `The server says: ${failure.detail}` : "",
    "failure-code": failure?.code ?? "",
  });
  setVisible("failure-detail", Boolean(failure?.detail));
  if (news) {
    // On a phone the message is above the button, out of sight.
    element("failure").scrollIntoView({ block: "nearest" });
  }
}

const notices = new Map<string, string>();

/** Shows a notice until it is removed with null. Each topic has at most one. */
export function showNotice(topic: string, text: string | null): void {
  if (text === null ? !notices.delete(topic) : notices.get(topic) === text) {
    return;
  }
  if (text !== null) {
    notices.set(topic, text);
  }
  setVisible("notice", notices.size > 0);
  element("notice").replaceChildren(
    ...Array.from(notices.values(), (words) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = words;
      return paragraph;
    }),
  );
}

const shown = new WeakSet<object>();

/** Appends only new entries, so that a screen reader reads only those. */
export function showJournal(journal: Journal): void {
  const list = element("journal");
  const newest = journal.entries.at(-1);
  if (!newest || shown.has(newest)) {
    return;
  }
  for (const entry of journal.entries) {
    if (!shown.has(entry)) {
      shown.add(entry);
      const item = document.createElement("li");
      item.dataset.severity = entry.severity;
      const time = document.createElement("time");
      time.textContent = duration(entry.atMs);
      item.append(time, ` ${entry.text}`);
      list.append(item);
    }
  }
  list.parentElement?.scrollTo({ top: list.scrollHeight });
  while (list.children.length > journal.entries.length) {
    list.firstElementChild?.remove();
  }
}

export function clearJournal(): void {
  element("journal").replaceChildren();
}
