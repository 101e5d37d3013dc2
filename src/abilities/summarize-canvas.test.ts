import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import type { LocalTextEngine } from "../inference/local-text-engine.ts";
import { withoutRepetition } from "../inference/without-repetition.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { rejection } from "../testing/rejection.ts";
import { DEMO_STYLE } from "./model-style.ts";
import { summarizeCanvas } from "./summarize-canvas.ts";
import { asked } from "./testing/asked.ts";
import { demoEngine } from "./testing/demo-engine.ts";

let engine: LocalTextEngine;

beforeAll(async () => {
  engine = await demoEngine(1024);
}, 60_000);

afterAll(() => engine.stop());

const icon: Widget = { id: "icon", widget_type: "Image", title: "AI_Icon_Canvus_Precis" };
const notes = (texts: readonly string[]): Widget[] =>
  texts.map((text, n) => ({
    id: `n${n}`,
    widget_type: "Note",
    text,
    location: { x: (n % 10) * 310, y: Math.floor(n / 10) * 310 },
    size: { width: 300, height: 300 },
  }));

test("the notes of a canvas become a summary", async () => {
  const widgets = notes([
    "The team met on Monday to plan the next release",
    "Call the printer",
    "Order more chairs",
  ]);
  const request = asked({ trigger: icon, widgets });
  const result = await summarizeCanvas({ engine, style: DEMO_STYLE, maxTokens: 60 })(request);
  expect(result.text).toBe("Summary: The team met on Monday to plan the next release");
  expect(request.stages).toEqual(["reading the canvas …", "writing the summary …"]);
  expect(request.shown.at(-1)).toContain("The team met");
});

test("a canvas that does not fit is read in parts, all of it, with progress", async () => {
  const texts = Array.from({ length: 60 }, (_, n) => `Point ${n}: call the printer and order more chairs`);
  const request = asked({ trigger: icon, widgets: notes(texts) });
  const result = await summarizeCanvas({ engine, style: DEMO_STYLE, maxTokens: 60 })(request);
  expect(result.text).not.toBe("");
  expect(request.stages.at(1)).toMatch(/^reading part 1 of \d+ …$/);
  expect(request.stages.at(-1)).toBe("writing the summary …");
  expect(request.fractions).toEqual(request.fractions.toSorted((one, other) => one - other));
}, 60_000);

test("a model that only repeats itself makes no summary of it, and that is said", async () => {
  const guarded = withoutRepetition(engine, new RecordingLogger());
  const ability = summarizeCanvas({ engine: guarded, style: DEMO_STYLE, maxTokens: 60 });
  // The demo model was never shown such notes.
  const widgets = notes([
    "bug launch ship risk Ben",
    "ship risk Ben ship risk Ben ship risk Ben",
    "ship risk Ben ship",
  ]);
  expect(await rejection(ability(asked({ trigger: icon, widgets })))).toMatchObject({
    code: "MODEL_REPEATS_ITSELF",
    message: "The model only repeated itself, so that there is no summary.",
  });
}, 60_000);

test("an empty canvas is said to be empty", async () => {
  const summary = summarizeCanvas({ engine, style: DEMO_STYLE, maxTokens: 60 })(asked({ trigger: icon }));
  expect(await rejection(summary)).toMatchObject({ code: "NOTHING_TO_SUMMARIZE" });
});
