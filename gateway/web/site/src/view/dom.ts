/** The element of the page with this id; the pages are ours, so it is there and what it should be. */
export function part<T extends Element = HTMLElement>(id: string): T {
  return document.getElementById(id) as unknown as T;
}

/** Touches the page only when something changed, so that screen readers are not told the same again. */
export function write(id: string, text: string): void {
  const node = part(id);
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function writeAll(texts: Record<string, string>): void {
  for (const [id, text] of Object.entries(texts)) {
    write(id, text);
  }
}

export function visible(id: string, isVisible: boolean): void {
  part(id).hidden = !isVisible;
}
