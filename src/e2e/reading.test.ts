import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { makePdf } from "../documents/testing/make-pdf.ts";
import { dropFile, imagesOf, type TestWidget, untilImages } from "./canvas-files.ts";
import { Harness, TOKEN } from "./harness.ts";
import type { TestNote } from "./test-canvas.ts";

// What people drop on a canvas instead of writing: icons of the AI menu, snapshots. The demo's models answer exactly.

const RED_CIRCLE = await Bun.file(join(import.meta.dir, "../models/demo/red-circle.png")).bytes();
const BRIDGE = [
  "The new bridge opens in April. It took a long time.",
  "People are happy about it. More news will follow soon.",
];

let harness: Harness;

afterEach(() => harness.close());

function drop(kind: "pdfs" | "images", name: string, data: Uint8Array, fields: Record<string, unknown> = {}) {
  return dropFile({ url: harness.url, token: TOKEN }, harness.canvas, kind, { name, data, fields });
}

async function dropIcon(icon: string, onto?: string): Promise<TestWidget> {
  const body = { canvas_id: harness.canvas.id, icon, ...(onto === undefined ? {} : { onto }) };
  return (await harness.helper("drop-icon", body)) as TestWidget;
}

function answerThat(wish: (text: string) => boolean): Promise<TestNote> {
  return harness.canvas.until((canvas) => canvas.answers.find(({ text }) => wish(text)));
}

/** The answer stands, and the icon that asked is gone. */
async function answered(text: string, icon: TestWidget): Promise<TestNote> {
  const answer = await answerThat((each) => each === text);
  await untilImages(harness.canvas, (images) => (images.some(({ id }) => id === icon.id) ? undefined : true));
  return answer;
}

test("a PDF is summarised beside it, with progress, and the icon goes", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  const fields = { location: { x: 2000, y: 1000 }, size: { width: 595, height: 842 } };
  const pdf = await drop("pdfs", "bridge.pdf", makePdf([{ lines: BRIDGE }]), fields);
  const icon = await dropIcon("AI_Icon_PDF_Precis", pdf.id);
  const summary = await answered("Summary: The new bridge opens in April.", icon);
  expect(summary.location.x).toBeGreaterThanOrEqual(2000 + 595);
  expect(harness.canvas.history.get(summary.id)?.some((text) => /^⏳ .* \d+ %$/.test(text))).toBe(true);
  expect(await service.stop()).toBe(143);
  expect(harness.rows("processing_history")).toMatchObject([
    { operation_type: "pdf_precis", status: "succeeded", prompt: "Summary of the PDF bridge.pdf" },
  ]);
});

test("the notes of a canvas are summarised", async () => {
  harness = await Harness.start();
  await harness.runReady();
  const texts = ["The team met on Monday to plan the next release", "Call the printer", "Order more chairs"];
  for (const [at, text] of texts.entries()) {
    await harness.canvas.addNote(text, { location: { x: 100 + at * 320, y: 500 } });
  }
  const icon = await dropIcon("AI_Icon_Canvus_Precis");
  await answered("Summary: The team met on Monday to plan the next release", icon);
});

test("an image is described where the icon lies on it, and answers a question that is put on it", async () => {
  harness = await Harness.start();
  await harness.runReady();
  const image = await drop("images", "circle.png", RED_CIRCLE, { location: { x: 900, y: 900 } });
  const icon = await dropIcon("AI_Icon_Image_Analysis", image.id);
  await answered("A red circle on a white background.", icon);
  const question = await harness.canvas.addNote("{{What color is the shape?}}", {
    parent_id: image.id,
    location: { x: 10, y: 10 },
  });
  const answer = await harness.canvas.answerWith("Red.", question.id);
  expect(answer.location.x).toBeGreaterThanOrEqual(900 + 256);
  expect((await imagesOf(harness.canvas)).map(({ id }) => id)).toEqual([image.id]);
});

test("a snapshot is read and then taken away", async () => {
  harness = await Harness.start();
  await harness.runReady();
  const image_base64 = Buffer.from(RED_CIRCLE).toString("base64");
  const snapshot = (await harness.helper("snapshot", {
    canvas_id: harness.canvas.id,
    image_base64,
  })) as TestWidget;
  // The demo's model knows no letters: it says what it sees.
  await answered("A red circle on a white background.", snapshot);
});

test("a note that is connected to an answer carries the exchange before it", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  const first = await harness.canvas.addNote("{{What is the capital of France?}}");
  const answer = await harness.canvas.answerWith("Paris.", first.id);
  const alone = await harness.canvas.addNote("{{Hello}}");
  await harness.canvas.answerWith("Hello! How can I help?", alone.id);
  const next = await harness.canvas.addNote("Hello");
  await harness.canvas.request("POST", "/connectors", { src: { id: answer.id }, dst: { id: next.id } });
  await harness.canvas.patchNote(next.id, { text: "{{Hello}}" });
  await harness.canvas.until(({ answers, notes }) => {
    const isDone = notes.every(({ text }) => !text.includes("⏳") && !text.includes("{{"));
    return (answers.length === 3 && isDone) || undefined;
  });
  expect(await service.stop()).toBe(143);
  const tokens = harness.rows("processing_history").map(({ prompt_tokens }) => Number(prompt_tokens));
  expect(tokens[2] ?? 0).toBeGreaterThan((tokens[1] ?? 0) + 10);
});
