import type { Journal } from "../broadcast/journal.js";
import type { Failure } from "../failures/failure.js";
import { duration } from "../text/format.js";
import { part, visible, writeAll } from "./dom.js";

export function showFailure(failure: Failure | null): void {
  const news = failure !== null && part("failure").hidden;
  visible("failure", failure !== null);
  writeAll({
    "failure-message": failure?.message ?? "",
    "failure-advice": failure?.advice ?? "",
    "failure-detail": failure?.detail ? `The server says: ${failure.detail}` : "",
    "failure-code": failure?.code ?? "",
  });
  visible("failure-detail", Boolean(failure?.detail));
  if (news) {
    // On a phone the button is below what it has to say.
    part("failure").scrollIntoView({ block: "nearest" });
  }
}

const notices = new Map<string, string>();

/** Says something for as long as it is so. Each topic has one thing to say, or nothing. */
export function showNotice(topic: string, text: string | null): void {
  if (text === null ? !notices.delete(topic) : notices.get(topic) === text) {
    return;
  }
  if (text !== null) {
    notices.set(topic, text);
  }
  visible("notice", notices.size > 0);
  part("notice").replaceChildren(
    ...Array.from(notices.values(), (words) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = words;
      return paragraph;
    }),
  );
}

const shown = new WeakSet<object>();

/** Adds what is new: a screen reader reads that out, and not what was there. */
export function showJournal(journal: Journal): void {
  const list = part("journal");
  const newest = journal.entries.at(-1);
  if (!newest || shown.has(newest)) {
    return;
  }
  for (const entry of journal.entries) {
    if (!shown.has(entry)) {
      shown.add(entry);
      const item = document.createElement("li");
      item.dataset.weight = entry.weight;
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
  part("journal").replaceChildren();
}
