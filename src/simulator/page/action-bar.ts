import type { Widget } from "../../canvus/widget.ts";
import type { Rect } from "./board-model.ts";
import type { Viewport } from "./viewport.ts";
import { element } from "./widget-view.ts";

export interface Actions {
  onEdit(widget: Widget): void;
  onColor(widget: Widget, color: string): void;
  onRemove(widget: Widget): void;
}

const COLORS: readonly (readonly [name: string, color: string])[] = [
  ["Yellow", "#fff2b3ff"],
  ["Green", "#d4f2c4ff"],
  ["Blue", "#cfe6ffff"],
  ["Pink", "#ffd9e2ff"],
  ["Violet", "#e6dcffff"],
];
const GAP = 12;
const EDGE = 8;
const BELOW_TOP_BAR = 64;

/** What can be done with the selected widget, floating above it. */
export class ActionBar {
  readonly #root: HTMLElement;
  readonly #viewport: Viewport;
  readonly #actions: Actions;
  #shownFor = "";

  constructor(root: HTMLElement, viewport: Viewport, actions: Actions) {
    this.#root = root;
    this.#viewport = viewport;
    this.#actions = actions;
  }

  /** @param rect where the widget is on the canvas */
  show(widget: Widget, rect: Rect): void {
    if (this.#shownFor !== widget.id) this.#root.replaceChildren(...this.#buttons(widget));
    this.#shownFor = widget.id;
    this.#root.hidden = false;
    const { x, y } = this.#viewport.toScreen(rect);
    const { x: right, y: bottom } = this.#viewport.toScreen({
      x: rect.x + rect.width,
      y: rect.y + rect.height,
    });
    const { offsetWidth: width, offsetHeight: height } = this.#root;
    const left = Math.min(Math.max(EDGE, (x + right - width) / 2), window.innerWidth - width - EDGE);
    const above = y - height - GAP;
    const top = above < BELOW_TOP_BAR ? Math.min(bottom + GAP, window.innerHeight - height - EDGE) : above;
    this.#root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide(): void {
    this.#root.hidden = true;
    this.#shownFor = "";
  }

  #buttons(widget: Widget): HTMLElement[] {
    const remove = this.#button("Delete", "M5 6h10M8 6V4h4v2M6.500 6l.7 10h5.600l.7-10", () =>
      this.#actions.onRemove(widget),
    );
    remove.classList.add("danger");
    if (widget.widget_type !== "Note") return [remove];
    const edit = this.#button("Edit", "M4 16l.8-3.500L13 4.300l2.700 2.700-8.200 8.200z", () =>
      this.#actions.onEdit(widget),
    );
    return [edit, ...COLORS.map(([name, color]) => this.#swatch(widget, name, color)), remove];
  }

  #button(label: string, path: string, run: () => void): HTMLButtonElement {
    const button = element("button");
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("viewBox", "0 0 20 20");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    icon.append(line);
    button.append(icon);
    button.addEventListener("click", run);
    return button;
  }

  #swatch(widget: Widget, name: string, color: string): HTMLButtonElement {
    const button = element("button", "swatch");
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", `${name} paper`);
    const dot = element("i");
    dot.style.backgroundColor = color;
    button.append(dot);
    button.addEventListener("click", () => this.#actions.onColor(widget, color));
    return button;
  }
}
