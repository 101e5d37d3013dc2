import type { CanvasState } from "../canvus/canvas-state.ts";
import type { CanvusClient } from "../canvus/client.ts";
import type { Widget } from "../canvus/widget.ts";
import type { NoteInput, WidgetPatch, WidgetReference } from "../canvus/widget-input.ts";
import { AnswerPlaces } from "./answer-places.ts";

/** One canvas as tasks see it: its live picture, the places for answers, and its API. */
export class CanvasBoard {
  readonly canvasId: string;
  readonly state: CanvasState;
  readonly places: AnswerPlaces;
  readonly #client: CanvusClient;

  constructor(options: {
    readonly canvasId: string;
    readonly client: CanvusClient;
    readonly state: CanvasState;
  }) {
    this.canvasId = options.canvasId;
    this.state = options.state;
    this.places = new AnswerPlaces(options.state);
    this.#client = options.client;
  }

  /** As it is on the server now; the live picture may be some milliseconds behind. */
  fetch(widgetId: string, signal?: AbortSignal): Promise<Widget> {
    return this.#client.getWidget(this.canvasId, widgetId, signal);
  }

  patch(widget: WidgetReference, changes: WidgetPatch, signal?: AbortSignal): Promise<Widget> {
    return this.#client.patchWidget(this.canvasId, widget, changes, signal);
  }

  createNote(note: NoteInput, signal?: AbortSignal): Promise<Widget> {
    return this.#client.createNote(this.canvasId, note, signal);
  }

  delete(widget: WidgetReference): Promise<void> {
    return this.#client.deleteWidget(this.canvasId, widget);
  }

  async findNote(title: string, signal?: AbortSignal): Promise<Widget | null> {
    const found = await this.#client.findByTitle(this.canvasId, "Note", title, signal);
    return found[0] ?? null;
  }
}
