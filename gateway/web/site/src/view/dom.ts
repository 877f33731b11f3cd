/** The element with this id. The pages are our own, so it exists and has this type. */
export function element<T extends Element = HTMLElement>(id: string): T {
  return document.getElementById(id) as unknown as T;
}

/** Changes the page only if the text differs, so that screen readers do not repeat it. */
export function setText(id: string, text: string): void {
  const node = element(id);
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setTexts(texts: Record<string, string>): void {
  for (const [id, text] of Object.entries(texts)) {
    setText(id, text);
  }
}

export function setVisible(id: string, isVisible: boolean): void {
  element(id).hidden = !isVisible;
}
