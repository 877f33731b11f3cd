import type { Output } from "../broadcast/outputs.js";
import { outputDetail, outputState } from "../text/outputs.js";
import { element, setVisible } from "./dom.js";

const PARTS = ["name", "state", "detail"] as const;

/** Shows each output's state in words. Changes are read out with the journal, not here. */
export function showOutputs(outputs: Output[], nowMs: number): void {
  const list = element("outputs");
  setVisible("outputs", outputs.length > 0);
  while (list.children.length > outputs.length) {
    list.lastElementChild?.remove();
  }
  outputs.forEach((output, at) => {
    const item = (list.children[at] ?? list.appendChild(newItem())) as HTMLElement;
    item.dataset.state = output.state;
    const texts = {
      name: output.name,
      state: outputState(output, nowMs - output.sinceAtMs),
      detail: outputDetail(output),
    };
    PARTS.forEach((part, index) => {
      const node = item.children[index];
      if (node && node.textContent !== texts[part]) {
        node.textContent = texts[part];
      }
    });
  });
}

function newItem(): HTMLElement {
  const item = document.createElement("li");
  item.append(
    ...PARTS.map((part) => {
      const node = document.createElement(part === "state" ? "b" : "span");
      node.className = `output-${part}`;
      return node;
    }),
  );
  return item;
}
