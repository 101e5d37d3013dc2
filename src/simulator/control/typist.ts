import { setTimeout } from "node:timers/promises";
import type { Widget } from "../../canvus/widget.ts";
import { badRequest, HttpFailure } from "../http-failure.ts";
import { isFiniteNumber, type JsonObject } from "../json.ts";
import type { Canvas } from "../model/canvas.ts";
import { widgetTypeByName } from "../model/widget-types.ts";
import type { World } from "../world.ts";

const MAX_LENGTH = 20_000;
const MAX_CADENCE_MS = 5000;
/** More texts being typed at once are refused with 429. */
const MAX_AT_ONCE = 50;
const DEFAULT_CADENCE_MS = 60;

/** Types into notes as people do: letter by letter, each intermediate text visible on the streams. */
export class Typist {
  readonly #world: World;
  #busy = 0;
  #stopped = false;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * `{"canvas_id", "text", "widget_id"?, "cadence_ms"? = 60, "chunk"? = 1, "replace"? = false, …}`. Appends `text` to
   * the note, or replaces its text, `chunk` characters each `cadence_ms` milliseconds, and answers with the finished
   * note. Without `widget_id` a note is made first, from the note fields in the body (`location`, `size` …).
   * @throws HttpFailure 400, 404, 429; 404 also when the note is deleted meanwhile
   */
  async type(body: JsonObject): Promise<Widget> {
    const { canvas_id: canvasId, text, cadence_ms: cadence = DEFAULT_CADENCE_MS, chunk = 1 } = body;
    if (typeof text !== "string" || text.length > MAX_LENGTH) throw badRequest("text must be a string");
    if (!isFiniteNumber(cadence) || cadence < 0 || cadence > MAX_CADENCE_MS)
      throw badRequest("Invalid cadence_ms");
    if (!isFiniteNumber(chunk) || chunk < 1) throw badRequest("Invalid chunk");
    const { canvas } = this.#world.catalog.get(String(canvasId));
    if (this.#busy >= MAX_AT_ONCE) throw new HttpFailure(429, "Too many texts are being typed");
    this.#busy += 1;
    try {
      return await this.#typeInto(canvas, this.#note(canvas, body), text, cadence, Math.floor(chunk));
    } finally {
      this.#busy -= 1;
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #note(canvas: Canvas, body: JsonObject): Widget {
    const type = widgetTypeByName("Note");
    if (type === undefined) throw badRequest("Unknown object type Note");
    const { widget_id: id, text: _text, ...fields } = body;
    if (id === undefined) return canvas.create(type, fields);
    const note = canvas.get(String(id), type);
    return body.replace === true ? canvas.apply(note.id, { text: "" }) : note;
  }

  async #typeInto(
    canvas: Canvas,
    note: Widget,
    text: string,
    cadence: number,
    chunk: number,
  ): Promise<Widget> {
    // By code points: nobody types half an emoji.
    const characters = [...text];
    let current = note;
    for (let done = 0; done < characters.length && !this.#stopped; done += chunk) {
      await setTimeout(cadence, undefined, { ref: false });
      const added = characters.slice(done, done + chunk).join("");
      current = canvas.apply(note.id, { text: `${canvas.get(note.id).text ?? ""}${added}` });
    }
    return current;
  }
}
