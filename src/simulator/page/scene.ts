import type { Widget } from "../../canvus/widget.ts";
import type { BoardChange, BoardModel } from "./board-model.ts";
import { drawConnectors } from "./connector-layer.ts";
import { AnchorView, FileView, ImageView, PanelView } from "./file-views.ts";
import { NoteView } from "./note-view.ts";
import type { WidgetView } from "./widget-view.ts";

export interface SceneElements {
  readonly surface: HTMLElement;
  readonly widgets: HTMLElement;
  readonly connectors: SVGSVGElement;
}

/** What a simulated canvas comes with; on it the page's own light or dark surface is shown. */
const DEFAULT_BACKGROUND = "#25242dff";

/** Keeps one element per widget, where the widget is. */
export class Scene {
  readonly #model: BoardModel;
  readonly #elements: SceneElements;
  readonly #load: (widget: Widget) => Promise<Blob>;
  readonly #views = new Map<string, WidgetView>();

  constructor(model: BoardModel, elements: SceneElements, load: (widget: Widget) => Promise<Blob>) {
    this.#model = model;
    this.#elements = elements;
    this.#load = load;
  }

  /** @param animate true when added widgets should be seen to appear */
  apply(change: BoardChange, animate: boolean): void {
    for (const { id } of change.removed) this.#drop(id);
    for (const widget of change.added) this.#add(widget, animate);
    for (const widget of change.updated) this.#views.get(widget.id)?.update(widget);
    this.layout();
  }

  /** Places everything: a moved parent moves what is in it, and all connectors. */
  layout(): void {
    for (const [index, id] of this.#model.paintOrder().entries()) this.#place(id, index);
    drawConnectors(this.#elements.connectors, this.#model);
    this.#elements.connectors.style.zIndex = String(this.#views.size + 1);
    this.#paintSurface();
  }

  clear(): void {
    for (const id of [...this.#views.keys()]) this.#drop(id);
    this.#elements.connectors.replaceChildren();
  }

  root(id: string): HTMLElement | undefined {
    return this.#views.get(id)?.root;
  }

  note(id: string): NoteView | undefined {
    const view = this.#views.get(id);
    return view instanceof NoteView ? view : undefined;
  }

  #add(widget: Widget, animate: boolean): void {
    const view = this.#viewFor(widget);
    if (view === undefined) return;
    view.root.dataset.widget = widget.id;
    view.root.classList.toggle("is-new", animate);
    view.root.addEventListener("animationend", () => view.root.classList.remove("is-new"), { once: true });
    this.#views.set(widget.id, view);
    this.#elements.widgets.append(view.root);
    this.#place(widget.id, 0);
    view.update(widget);
  }

  #viewFor(widget: Widget): WidgetView | undefined {
    switch (widget.widget_type) {
      case "SharedCanvas":
      case "Connector":
      case "Annotation":
        return undefined;
      case "Note":
        return new NoteView();
      case "Image":
        return new ImageView(this.#load);
      case "Pdf":
      case "Video":
        return new FileView();
      case "Anchor":
        return new AnchorView();
      default:
        return widget.size === undefined ? undefined : new PanelView();
    }
  }

  #drop(id: string): void {
    const view = this.#views.get(id);
    view?.dispose?.();
    view?.root.remove();
    this.#views.delete(id);
  }

  #place(id: string, order: number): void {
    const [view, widget] = [this.#views.get(id), this.#model.find(id)];
    if (view === undefined || widget === undefined) return;
    const { x, y, scale } = this.#model.placement(widget);
    const { style } = view.root;
    style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    style.setProperty("--own-scale", String(scale));
    style.width = `${widget.size?.width ?? 0}px`;
    style.height = `${widget.size?.height ?? 0}px`;
    style.zIndex = String(order);
  }

  #paintSurface(): void {
    const shared = this.#model.widgets.find((widget) => widget.widget_type === "SharedCanvas");
    const { style } = this.#elements.surface;
    style.width = `${shared?.size?.width ?? 0}px`;
    style.height = `${shared?.size?.height ?? 0}px`;
    const color = this.#model.background.background_color;
    style.backgroundColor = typeof color === "string" && color !== DEFAULT_BACKGROUND ? color : "";
  }
}
