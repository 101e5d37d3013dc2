import * as fc from "fast-check";
import { canvasOutline } from "../../../src/abilities/canvas-outline.ts";
import { conversationBefore } from "../../../src/abilities/conversation.ts";
import { CanvasState } from "../../../src/canvus/canvas-state.ts";
import { answerColors } from "../../../src/canvus/colors.ts";
import { FrameReader } from "../../../src/canvus/frame-reader.ts";
import { geometryOf, overlaps } from "../../../src/canvus/geometry.ts";
import { noteSizeFor } from "../../../src/canvus/note-size.ts";
import type { Widget } from "../../../src/canvus/widget.ts";
import { AppError } from "../../../src/errors/app-error.ts";
import { AnswerPlaces } from "../../../src/tasks/answer-places.ts";
import { detectTrigger, subjectOf } from "../../../src/triggers/detect-trigger.ts";
import { contentHash } from "../../../src/triggers/trigger.ts";
import { ownResidentBytes, type Target } from "../target.ts";
import { anyWidget } from "./any-widget.ts";

/** What JSON can carry to the server: anything else would arrive as null. */
const COLOR = /^#[0-9a-f]{8}$/;

const WINDOW = { x: 100, y: 100, width: 900, height: 900 };
const EVERYWHERE = {
  x: Number.NEGATIVE_INFINITY,
  y: Number.NEGATIVE_INFINITY,
  width: Number.POSITIVE_INFINITY,
  height: Number.POSITIVE_INFINITY,
};

type Input = readonly (readonly unknown[])[];

/** Reads frames of made-up widgets and does all that is done before a prompt goes to a model. */
export function widgets(): Target<Input> {
  return {
    inputs: fc.array(fc.array(anyWidget, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
    async check(frames) {
      const state = new CanvasState();
      const lines = frames.map((frame) => `${JSON.stringify(frame)}\n`).join("");
      try {
        for (const [at, frame] of new FrameReader().push(Buffer.from(lines)).entries())
          Array.from(at === 0 ? state.applySnapshot(frame) : state.applyEvent(frame));
      } catch (error) {
        if (error instanceof AppError && error.code === "CANVUS_PROTOCOL") return "refused";
        throw error;
      }
      checkAreas(state);
      const places = new AnswerPlaces(state);
      let asking = 0;
      for (const widget of [...state.all()]) if (answered(widget, state, places)) asking += 1;
      await readAll(state);
      return asking > 0 ? "asking" : "quiet";
    },
    residentBytes: ownResidentBytes,
    maxGrowth: 64e6,
    describe: (frames) => frames.map((frame) => JSON.stringify(frame)).join("\n"),
  };
}

/** The index of places has to know what is found one by one. Where parents go in circles, nobody is anywhere. */
function checkAreas(state: CanvasState): void {
  const all = [...state.all()];
  if (all.some((widget) => isInCircle(widget, state))) return;
  const rects = new Map(all.map((widget) => [widget.id, geometryOf(widget, (id) => state.get(id)).rect]));
  for (const [id, rect] of rects) {
    if (Object.values(rect).some((value) => !Number.isFinite(value))) throw new Error(`${id} is nowhere`);
  }
  for (const area of [WINDOW, EVERYWHERE, ...rects.values()]) {
    const found = [...state.within(area).keys()].sort();
    const expected = [...rects].filter(([, rect]) => overlaps(rect, area)).map(([id]) => id);
    if (!Bun.deepEquals(found, expected.sort()))
      throw new Error(`within ${JSON.stringify(area)}: ${found}, not ${expected}`);
  }
}

function isInCircle(widget: Widget, state: CanvasState): boolean {
  const seen = new Set<string>();
  for (let at: Widget | undefined = widget; at && !seen.has(at.id); at = state.get(at.parent_id ?? "")) {
    if (at.parent_id !== undefined && (seen.has(at.parent_id) || at.parent_id === at.id)) return true;
    seen.add(at.id);
  }
  return false;
}

/** @returns false when the widget asks nothing. @throws Error when its answer could not be drawn */
function answered(widget: Widget, state: CanvasState, places: AnswerPlaces): boolean {
  const lookup = (id: string) => state.get(id);
  const trigger = detectTrigger(widget, lookup);
  if (trigger === null) return false;
  const anchor = subjectOf(trigger.operation, widget, lookup);
  const { scale, depth } = places.standing(anchor);
  const size = noteSizeFor(trigger.prompt, scale);
  const { point } = places.take({ correlationId: contentHash(trigger), anchor, answerId: null }, size);
  const numbers = { scale, depth, ...size, ...point };
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value)) throw new Error(`the answer's ${name} would be ${value}`);
  const colors = answerColors(anchor.background_color);
  if (!COLOR.test(colors.background_color) || !COLOR.test(colors.text_color))
    throw new Error(`the answer's colours would be ${JSON.stringify(colors)}`);
  return true;
}

/** What reads the canvas as a whole. */
async function readAll(state: CanvasState): Promise<void> {
  const canvas = { canvasId: "canvas", state, withFile: () => Promise.reject(new Error("no files here")) };
  await canvasOutline(canvas, () => false);
  const question = async () => ({ prompt: "Why?", widgetId: "a" });
  for (const widget of state.all()) await conversationBefore(widget, canvas, question);
}
