import type { Point, Widget } from "../../canvus/widget.ts";
import { ActionBar } from "./action-bar.ts";
import { AnswerWatch } from "./answer-watch.ts";
import { type ApiClient, Refusal } from "./api-client.ts";
import { BoardModel } from "./board-model.ts";
import { byId } from "./dom.ts";
import { segmentFor } from "./file-drop.ts";
import { findFreeSpot } from "./free-spot.ts";
import { NoteEditor, OPEN_QUESTION } from "./note-editor.ts";
import { Scene } from "./scene.ts";
import type { Toast } from "./toast.ts";
import type { Viewport } from "./viewport.ts";
import { type StreamState, WidgetStream } from "./widget-stream.ts";
import { WidgetWriter } from "./widget-writer.ts";

export interface CanvasAppParts {
  readonly api: ApiClient;
  readonly viewport: Viewport;
  readonly toast: Toast;
  readonly actions: HTMLElement;
  readonly onState: (state: StreamState) => void;
  readonly onOutdated: () => void;
}

const NOTE_SIZE = { width: 300, height: 300 };
const NOTE_COLORS = { auto_text_color: false, background_color: "#fff2b3ff", text_color: "#1d1a2bff" };
/** What is shown of a canvas with nothing on it: its middle. */
const EMPTY_VIEW = { x: 4200, y: 2300, width: 1200, height: 800 };
/** Below this the first view shows a readable part instead of everything. */
const READABLE_ZOOM = { narrow: 0.46, wide: 0.34 };

/** One open canvas: what the stream tells, what is selected, what is being written. */
export class CanvasApp {
  readonly #parts: CanvasAppParts;
  readonly #model = new BoardModel();
  readonly #scene: Scene;
  readonly #stream: WidgetStream;
  readonly #bar: ActionBar;
  readonly #answers: AnswerWatch;
  readonly #writers = new Map<string, WidgetWriter>();
  #editor: NoteEditor | undefined;
  #selected: string | undefined;
  #dragged: { readonly id: string; readonly from: Point } | undefined;
  #seen = false;

  constructor(parts: CanvasAppParts) {
    this.#parts = parts;
    const elements = {
      surface: byId("surface", HTMLElement),
      widgets: byId("widgets", HTMLElement),
      connectors: byId("connectors", SVGSVGElement),
    };
    this.#scene = new Scene(this.#model, elements, (widget) => parts.api.download(widget));
    this.#answers = new AnswerWatch((widget) => this.#announce(widget));
    this.#bar = new ActionBar(parts.actions, parts.viewport, {
      onAi: (icon, widget) => void this.#dropIcon(icon, { onto: widget.id }),
      onAsk: (widget) => void this.#ask(widget),
      onEdit: (widget) => this.edit(widget.id),
      onColor: (widget, color) => this.#writer(widget).write({ ...NOTE_COLORS, background_color: color }),
      onRemove: (widget) => this.remove(widget.id),
    });
    this.#stream = new WidgetStream(parts.api, {
      onState: parts.onState,
      onFrame: (items, first) => this.#onFrame(items, first),
      onOutdated: parts.onOutdated,
    });
    void this.#stream.run();
  }

  stop(): void {
    this.#stream.stop();
    this.#editor?.close();
    this.select(undefined);
    this.#scene.clear();
  }

  /** Shows everything there is. */
  fit(): void {
    this.#parts.viewport.fit(this.#model.contentRect() ?? EMPTY_VIEW);
  }

  select(id: string | undefined): void {
    if (this.#editor !== undefined && this.#editor.id !== id) this.#editor.close();
    if (this.#selected !== undefined) this.#scene.root(this.#selected)?.classList.remove("is-selected");
    this.#selected = id;
    if (id !== undefined) this.#scene.root(id)?.classList.add("is-selected");
    this.showActions();
  }

  /** Puts the action bar where the selected widget is. */
  showActions(): void {
    const widget = this.#selected === undefined ? undefined : this.#model.find(this.#selected);
    if (widget === undefined || this.#editor !== undefined || this.#dragged !== undefined) this.#bar.hide();
    else this.#bar.show(widget, this.#model.rect(widget));
  }

  reveal(id: string): void {
    const widget = this.#model.find(id);
    if (widget !== undefined) this.#parts.viewport.reveal(this.#model.rect(widget));
  }

  /** @param exactly false lets the note evade what is there, with room for an answer beside it */
  async addNote(center: Point, exactly: boolean): Promise<void> {
    const wanted = { x: center.x - NOTE_SIZE.width / 2, y: center.y - NOTE_SIZE.height / 2, ...NOTE_SIZE };
    const location = exactly ? wanted : findFreeSpot(wanted, this.#model.occupiedRects());
    const { x, y } = location;
    const fields = {
      text: "",
      location: { x, y },
      size: NOTE_SIZE,
      depth: this.#topDepth() + 1,
      ...NOTE_COLORS,
    };
    await this.#writeNew(fields);
  }

  /** Asks for a summary of everything, where there is room for it. */
  async summarize(center: Point): Promise<void> {
    const { x, y } = findFreeSpot({ ...center, ...NOTE_SIZE }, this.#model.occupiedRects());
    await this.#dropIcon("AI_Icon_Canvus_Precis", { location: { x, y } });
  }

  edit(id: string): void {
    const [widget, view] = [this.#model.find(id), this.#scene.note(id)];
    if (widget === undefined || view === undefined || this.#editor?.id === id) return;
    this.select(id);
    const writer = this.#writer(widget);
    this.#editor = new NoteEditor(widget, view, writer, (text) => {
      this.#editor = undefined;
      this.showActions();
      // A note that was opened and left empty was not meant.
      if (text.trim() === "") void writer.flush().then(() => this.remove(id, false));
    });
    this.showActions();
  }

  remove(id: string, undoable = true): void {
    const widget = this.#model.find(id);
    if (widget === undefined || widget.widget_type === "SharedCanvas") return;
    void this.#try(() => this.#parts.api.remove(widget));
    if (!undoable || widget.widget_type !== "Note") return;
    const run = () => void this.#try(() => this.#parts.api.create("notes", widget));
    this.#parts.toast.show("Note deleted", { label: "Undo", run });
  }

  drag(id: string, delta: Point): void {
    const widget = this.#model.find(id);
    if (widget?.location === undefined || widget.pinned || this.#editor?.id === id) return;
    if (this.#dragged?.id !== id) {
      this.#dragged = { id, from: widget.location };
      this.#scene.root(id)?.classList.add("is-dragging");
      this.showActions();
    }
    const scale = this.#model.parentScale(widget);
    this.#moveTo(widget, {
      x: this.#dragged.from.x + delta.x / scale,
      y: this.#dragged.from.y + delta.y / scale,
    });
  }

  drop(id: string): void {
    this.#scene.root(id)?.classList.remove("is-dragging");
    this.#dragged = undefined;
    this.showActions();
  }

  nudge(id: string, delta: Point): void {
    const widget = this.#model.find(id);
    if (widget?.location === undefined || widget.pinned) return;
    this.#moveTo(widget, { x: widget.location.x + delta.x, y: widget.location.y + delta.y });
    this.reveal(id);
  }

  addFile(file: File, at: Point): void {
    const segment = segmentFor(file);
    if (segment === undefined) {
      this.#parts.toast.show("Only pictures, PDFs and videos can be dropped here");
      return;
    }
    const fields = { title: file.name, location: at, depth: this.#topDepth() + 1 };
    void this.#try(() => this.#parts.api.upload(segment, file, fields));
  }

  async #dropIcon(icon: string, place: Parameters<ApiClient["dropIcon"]>[1]): Promise<void> {
    this.select(undefined);
    await this.#try(() => this.#parts.api.dropIcon(icon, place));
  }

  /** A note for a question: on an image it is about that image, connected to an answer it goes on with it. */
  async #ask(about: Widget): Promise<void> {
    const { x, y, width, height } = this.#model.rect(about);
    const colors = { ...NOTE_COLORS, depth: this.#topDepth() + 1, text: OPEN_QUESTION };
    if (about.widget_type === "Image") {
      const scale = about.scale ?? 1;
      const fitting = Math.min(1, width / (2 * NOTE_SIZE.width)) / scale;
      const inside = { location: { x: 10 / scale, y: 10 / scale }, scale: fitting, parent_id: about.id };
      await this.#writeNew({ ...colors, ...inside, size: NOTE_SIZE });
      return;
    }
    const below = findFreeSpot({ x, y: y + height + 120, ...NOTE_SIZE }, this.#model.occupiedRects());
    const note = await this.#writeNew({ ...colors, location: { x: below.x, y: below.y }, size: NOTE_SIZE });
    if (note === undefined) return;
    const tip = "solid-equilateral-triangle";
    const connector = {
      src: { id: about.id, auto_location: true, tip: "none" },
      dst: { id: note.id, auto_location: true, tip },
    };
    await this.#try(() => this.#parts.api.create("connectors", connector));
  }

  /** Creates a note and lets people write into it. */
  async #writeNew(fields: object): Promise<Widget | undefined> {
    const note = await this.#try(() => this.#parts.api.create("notes", fields));
    if (note === undefined) return undefined;
    // The stream may tell of it later than the reply does.
    this.#show([note], false);
    this.reveal(note.id);
    this.edit(note.id);
    return note;
  }

  #moveTo(widget: Widget, to: Point): void {
    const location = { x: Math.round(to.x * 100) / 100, y: Math.round(to.y * 100) / 100 };
    this.#model.override(widget.id, { location });
    this.#scene.layout();
    this.#writer(widget).write({ location });
    this.showActions();
  }

  #onFrame(items: readonly unknown[], first: boolean): void {
    this.#show(items, first);
    if (!this.#parts.viewport.held || !this.#seen) this.#fitReadably(this.#seen);
    this.#seen = true;
  }

  /** Shows everything, or as much of it as can be read. */
  #fitReadably(glide: boolean): void {
    const { viewport } = this.#parts;
    const minZoom = viewport.isNarrow ? READABLE_ZOOM.narrow : READABLE_ZOOM.wide;
    viewport.fit(this.#model.contentRect() ?? EMPTY_VIEW, { glide, minZoom });
  }

  #show(items: readonly unknown[], complete: boolean): void {
    const moving = this.#dragged === undefined ? undefined : this.#model.find(this.#dragged.id);
    const change = this.#model.apply(items, complete);
    // What is under the pointer stays there, whatever echoes of the drag arrive.
    if (moving?.location !== undefined) this.#model.override(moving.id, { location: moving.location });
    this.#scene.apply(change, this.#seen);
    for (const { id } of change.removed) this.#forget(id);
    for (const widget of [...change.added, ...change.updated]) {
      if (this.#seen) this.#answers.onChanged(widget);
      if (this.#editor?.id === widget.id) this.#editor.onRemote(widget);
    }
    byId("empty-hint", HTMLElement).hidden = this.#model.contentRect() !== undefined;
    this.showActions();
  }

  #forget(id: string): void {
    this.#answers.forget(id);
    this.#writers.delete(id);
    if (this.#editor?.id === id) this.#editor.close();
    if (this.#selected === id) this.select(undefined);
  }

  #announce(widget: Widget): void {
    byId("announcer", HTMLElement).textContent = `AI answer: ${widget.text ?? ""}`;
    if (this.#parts.viewport.isVisible(this.#model.rect(widget))) return;
    this.#parts.toast.show("An answer arrived", { label: "Show", run: () => this.reveal(widget.id) });
  }

  #writer(widget: Widget): WidgetWriter {
    const known = this.#writers.get(widget.id);
    if (known !== undefined) return known;
    const writer = new WidgetWriter(this.#parts.api, widget, (error) => this.#complain(error));
    this.#writers.set(widget.id, writer);
    return writer;
  }

  #topDepth(): number {
    return Math.max(0, ...this.#model.widgets.map((widget) => widget.depth ?? 0));
  }

  async #try<T>(run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      this.#complain(error);
      return undefined;
    }
  }

  #complain(error: unknown): void {
    const told =
      error instanceof Refusal ? `The server refused: ${error.message}` : "The server cannot be reached";
    this.#parts.toast.show(told);
  }
}
