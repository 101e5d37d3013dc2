import type { Widget } from "../../canvus/widget.ts";
import type { Rect } from "./board-model.ts";
import { isAnswer, isIcon } from "./note-kinds.ts";
import type { Viewport } from "./viewport.ts";
import { element } from "./widget-view.ts";

export interface Actions {
  /** Drops an icon of the AI menu on the widget. */
  onAi(icon: string, widget: Widget): void;
  /** A question about the widget, in a note on it or connected to it. */
  onAsk(widget: Widget): void;
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
    const ai = this.#aiButtons(widget);
    if (widget.widget_type !== "Note") return [...ai, remove];
    const edit = this.#button("Edit", "M4 16l.8-3.500L13 4.300l2.700 2.700-8.200 8.200z", () =>
      this.#actions.onEdit(widget),
    );
    return [...ai, edit, ...COLORS.map(([name, color]) => this.#swatch(widget, name, color)), remove];
  }

  #aiButtons(widget: Widget): HTMLElement[] {
    const icon = (label: string, name: string) =>
      this.#aiButton(label, () => this.#actions.onAi(name, widget));
    const ask = (label: string) => this.#aiButton(label, () => this.#actions.onAsk(widget));
    if (widget.widget_type === "Pdf") return [icon("Summarize", "AI_Icon_PDF_Precis")];
    if (widget.widget_type === "Image" && !isIcon(widget))
      return [icon("Describe", "AI_Icon_Image_Analysis"), ask("Ask about it")];
    return isAnswer(widget) ? [ask("Ask on")] : [];
  }

  #aiButton(label: string, run: () => void): HTMLButtonElement {
    const button = this.#button(
      label,
      "M10 3l1.700 5.300L17 10l-5.300 1.700L10 17l-1.700-5.300L3 10l5.300-1.700z",
      run,
    );
    button.classList.add("ai");
    const text = element("span");
    text.textContent = label;
    button.append(text);
    return button;
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
