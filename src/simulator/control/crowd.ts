import { setTimeout } from "node:timers/promises";
import { badRequest } from "../http-failure.ts";
import { isFiniteNumber, type JsonObject } from "../json.ts";
import { CANVAS_SIZE, type Canvas } from "../model/canvas.ts";
import { widgetTypeByName } from "../model/widget-types.ts";
import type { World } from "../world.ts";

const MAX_UPDATES_PER_SECOND = 100_000;
const MAX_SECONDS = 3600;
/** How often notes move, in ms: each time as many as are due. */
const TURN_MS = 10;

/** Small notes in a grid of so many units, every tenth row free, so that 100,000 find room beside each other. */
const PITCH = 22;
const SCALE = 0.05;
const COLUMNS = Math.floor(CANVAS_SIZE.width / PITCH);
const ROWS = Math.floor(CANVAS_SIZE.height / PITCH);
const SENTENCE = 'What we said about this in the last meeting, with a "quote" and an umlaut: über. ';

/**
 * `{"canvas_id", "notes"? = 0, "updates_per_second"? = 0, "seconds"? = 1}`: first so many people come and write a note
 * each, then they move them so often. Answers with how many there were of each when it is over.
 * @throws HttpFailure 400, 404
 */
export async function crowd(world: World, body: JsonObject): Promise<JsonObject> {
  const { canvas } = world.catalog.get(String(body.canvas_id));
  const notes = numberIn(body, "notes", 0, Number.POSITIVE_INFINITY);
  const perSecond = numberIn(body, "updates_per_second", 0, MAX_UPDATES_PER_SECOND);
  const seconds = numberIn(body, "seconds", 1, MAX_SECONDS);
  for (let n = 0; n < notes; n += 1) addNote(canvas, n);
  return { notes, updates: await moveAbout(canvas, perSecond, seconds) };
}

function addNote(canvas: Canvas, n: number): void {
  const type = widgetTypeByName("Note");
  if (type === undefined) throw badRequest("Unknown object type Note");
  const row = Math.floor(n / COLUMNS);
  canvas.create(type, {
    title: `Note ${n}`,
    text: SENTENCE.repeat(1 + (n % 4)),
    location: { x: (n % COLUMNS) * PITCH, y: ((row + Math.floor(row / 9)) % ROWS) * PITCH },
    scale: SCALE,
  });
}

async function moveAbout(canvas: Canvas, perSecond: number, seconds: number): Promise<number> {
  const ids = canvas.widgets.flatMap(({ id, widget_type }) => (widget_type === "Note" ? [id] : []));
  if (ids.length === 0 || perSecond === 0) return 0;
  const begun = performance.now();
  let moved = 0;
  for (const total = perSecond * seconds; moved < total; ) {
    await setTimeout(TURN_MS, undefined, { ref: false });
    const due = Math.min(total, Math.floor(((performance.now() - begun) * perSecond) / 1000));
    for (; moved < due; moved += 1) nudge(canvas, ids[moved % ids.length] ?? "", moved);
  }
  return moved;
}

/** Some units to and fro; who was deleted meanwhile stays away. */
function nudge(canvas: Canvas, id: string, turn: number): void {
  const location = canvas.find(id)?.location;
  if (location) canvas.apply(id, { location: { x: location.x + (turn % 2 === 0 ? 1 : -1), y: location.y } });
}

function numberIn(body: JsonObject, field: string, fallback: number, most: number): number {
  const value = body[field] ?? fallback;
  if (!isFiniteNumber(value) || value < 0 || value > most) throw badRequest(`Invalid ${field}`);
  return value;
}
