import type { Widget } from "../../canvus/widget.ts";
import { element, type WidgetView } from "./widget-view.ts";

const SVG = "http://www.w3.org/2000/svg";

function nameOf(widget: Widget): string {
  const file = widget.original_filename;
  return widget.title || (typeof file === "string" && file) || widget.widget_type;
}

function focusable(root: HTMLElement): void {
  root.tabIndex = 0;
  root.setAttribute("role", "group");
}

/** A picture, loaded once the server has processed it. */
export class ImageView implements WidgetView {
  readonly root = element("div", "widget image is-loading");
  readonly #card = element("div", "card sheet");
  readonly #load: (widget: Widget) => Promise<Blob>;
  #hash = "";
  #url: string | undefined;

  constructor(load: (widget: Widget) => Promise<Blob>) {
    this.#load = load;
    this.root.append(this.#card);
    focusable(this.root);
  }

  update(widget: Widget): void {
    this.root.setAttribute("aria-label", `Picture: ${nameOf(widget)}`);
    this.root.title = nameOf(widget);
    const hash = widget.hash ?? "";
    if (hash === "" || hash === this.#hash) return;
    this.#hash = hash;
    void this.#show(widget, hash);
  }

  dispose(): void {
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#hash = "";
  }

  async #show(widget: Widget, hash: string): Promise<void> {
    const blob = await this.#load(widget).catch(() => undefined);
    // Another picture may have taken its place while this one was on its way.
    if (blob === undefined || hash !== this.#hash) return;
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(blob);
    const image = element("img", "sheet-image");
    image.src = this.#url;
    image.alt = nameOf(widget);
    image.draggable = false;
    this.#card.replaceChildren(image);
    this.root.classList.remove("is-loading");
  }
}

/** PDFs and videos: what they are called, on a sheet. */
export class FileView implements WidgetView {
  readonly root = element("div", "widget file");
  readonly #name = element("strong", "sheet-title");
  readonly #kind = element("small", "sheet-detail");

  constructor() {
    const icon = document.createElementNS(SVG, "svg");
    icon.setAttribute("viewBox", "0 0 24 30");
    icon.setAttribute("class", "sheet-icon");
    const sheet = document.createElementNS(SVG, "path");
    sheet.setAttribute("d", "M2 2h13l7 7v19H2zM15 2v7h7M6.500 16h11M6.500 20h11M6.500 24h7");
    icon.append(sheet);
    const card = element("div", "card sheet sheet-column");
    card.append(icon, this.#name, this.#kind);
    this.root.append(card);
    focusable(this.root);
  }

  update(widget: Widget): void {
    this.#name.textContent = nameOf(widget);
    this.#kind.textContent = widget.widget_type === "Pdf" ? "PDF document" : widget.widget_type;
    this.root.setAttribute("aria-label", `${widget.widget_type}: ${nameOf(widget)}`);
  }
}

/** Browsers, tables and whatever else there is: a labelled panel. */
export class PanelView implements WidgetView {
  readonly root = element("div", "widget panel");
  readonly #name = element("strong", "sheet-title");
  readonly #detail = element("small", "sheet-detail");

  constructor() {
    const card = element("div", "card sheet sheet-column");
    card.append(this.#name, this.#detail);
    this.root.append(card);
    focusable(this.root);
  }

  update(widget: Widget): void {
    this.#name.textContent = nameOf(widget);
    this.#detail.textContent = typeof widget.url === "string" ? widget.url : widget.widget_type;
    this.root.setAttribute("aria-label", `${widget.widget_type}: ${nameOf(widget)}`);
  }
}

/** A named region; it lies under everything and cannot be grabbed. */
export class AnchorView implements WidgetView {
  readonly root = element("div", "widget anchor");
  readonly #label = element("div", "anchor-label");

  constructor() {
    this.root.append(element("div", "card region"), this.#label);
  }

  update(widget: Widget): void {
    this.#label.textContent = typeof widget.anchor_name === "string" ? widget.anchor_name : "Anchor";
  }
}
