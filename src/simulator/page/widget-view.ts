import type { Widget } from "../../canvus/widget.ts";

/** The element of one widget. The scene places it; the view fills it. */
export interface WidgetView {
  readonly root: HTMLElement;
  update(widget: Widget): void;
  /** Frees what the element alone would not. */
  dispose?(): void;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}
