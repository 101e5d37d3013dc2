import type { CanvasState } from "../canvus/canvas-state.ts";
import type { CanvusClient } from "../canvus/client.ts";
import type { Downloads } from "../canvus/downloads.ts";
import type { WidgetLookup } from "../canvus/geometry.ts";
import type { Widget } from "../canvus/widget.ts";
import type { ImageInput, NoteInput, WidgetPatch, WidgetReference } from "../canvus/widget-input.ts";
import { AnswerPlaces } from "./answer-places.ts";
import { SerialQueue } from "./serial-queue.ts";

/** One canvas as tasks and abilities see it: its live picture, the places for answers, and its API. */
export class CanvasBoard {
  readonly canvasId: string;
  readonly state: CanvasState;
  readonly places: AnswerPlaces;
  readonly lookup: WidgetLookup;
  readonly #client: CanvusClient;
  readonly #downloads: Downloads;
  readonly #rewrites = new SerialQueue();

  constructor(options: {
    readonly canvasId: string;
    readonly client: CanvusClient;
    readonly downloads: Downloads;
    readonly state: CanvasState;
  }) {
    this.canvasId = options.canvasId;
    this.state = options.state;
    this.places = new AnswerPlaces(options.state);
    this.lookup = (id) => options.state.get(id);
    this.#client = options.client;
    this.#downloads = options.downloads;
  }

  /** As it is on the server now; the live picture may be some milliseconds behind. */
  fetch(widgetId: string, signal?: AbortSignal): Promise<Widget> {
    return this.#client.getWidget(this.canvasId, widgetId, signal);
  }

  /**
   * Changes a note's text, starting from the one on the server, so that what people typed meanwhile is kept. Changes
   * of one note are made one after the other: two that overlap would undo each other.
   *
   * @param change the new text, or null to leave the note alone; what it throws is thrown here.
   * @returns the note as it was before the change.
   */
  rewrite(
    noteId: string,
    change: (text: string, note: Widget) => string | null,
    signal?: AbortSignal,
  ): Promise<Widget> {
    return this.#rewrites.run(noteId, async () => {
      const note = await this.fetch(noteId, signal);
      const before = note.text ?? "";
      const after = change(before, note);
      if (after !== null && after !== before) await this.patch(note, { text: after }, signal);
      return note;
    });
  }

  patch(widget: WidgetReference, changes: WidgetPatch, signal?: AbortSignal): Promise<Widget> {
    return this.#client.patchWidget(this.canvasId, widget, changes, signal);
  }

  createNote(note: NoteInput, signal?: AbortSignal): Promise<Widget> {
    return this.#client.createNote(this.canvasId, note, signal);
  }

  uploadImage(image: ImageInput, signal?: AbortSignal): Promise<Widget> {
    return this.#client.uploadImage(this.canvasId, image, signal);
  }

  delete(widget: WidgetReference): Promise<void> {
    return this.#client.deleteWidget(this.canvasId, widget);
  }

  /** An earlier run of the service may have begun to create a note of this title; `keptId` is the one that counts. */
  expectTwins(title: string, keptId: string | null): void {
    this.#client.expectTwins(this.canvasId, title, keptId);
  }

  /** Nobody wants a note of this title any more; one that still turns up is deleted. */
  disown(title: string): void {
    this.#client.disown(this.canvasId, title);
  }

  /** Notes and pictures of this title, pictures first: a picture is always a whole answer. */
  async findAnswers(title: string, signal?: AbortSignal): Promise<Widget[]> {
    const find = (type: string) => this.#client.findByTitle(this.canvasId, type, title, signal);
    return (await Promise.all([find("Image"), find("Note")])).flat();
  }

  withFile<T>(widget: Widget, signal: AbortSignal, use: (path: string) => Promise<T>): Promise<T> {
    return this.#downloads.withFile(this.canvasId, widget, signal, use);
  }
}
