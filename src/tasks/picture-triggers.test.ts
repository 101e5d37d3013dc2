import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { overlaps } from "../canvus/geometry.ts";
import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import { ServiceBench } from "./testing/service-bench.ts";
import type { TaskBench } from "./testing/task-bench.ts";

// Icons of the AI menu and snapshots: what people put on a canvas instead of writing a question.

let services: ServiceBench;
let bench: TaskBench;

beforeEach(async () => {
  services = await ServiceBench.begin();
  ({ bench } = services);
});
afterEach(() => services.stop());

function noteWith(text: string): Promise<Widget> {
  return bench.until(() => [...bench.board.state.all()].find((widget) => widget.text?.includes(text)));
}

async function snapshot(): Promise<Widget> {
  const image_base64 = Buffer.from(
    await Bun.file(join(import.meta.dir, "../models/demo/red-circle.png")).bytes(),
  ).toString("base64");
  return (await (await bench.server.control("snapshot", { image_base64 })).json()) as Widget;
}

const unreadable = new AppError("NO_TEXT_FOUND", "No readable text was found in the picture.");

test("an icon on a PDF: progress in the note that becomes the summary, beside the PDF; the icon goes", async () => {
  const service = await services.start();
  const pdf = await bench.dropPdf();
  const icon = await bench.dropIcon("AI_Icon_PDF_Precis", pdf.id);
  const call = await services.script.next();
  expect(call.request).toMatchObject({
    prompt: "Summary of the PDF Report",
    trigger: { id: icon.id },
    subject: { id: pdf.id },
  });
  call.request.progress("reading the PDF …", 0.4);
  expect(service.liveTasks()).toMatchObject([
    { isRunning: true, progress: { status: "reading the PDF …", fraction: 0.4 } },
  ]);
  const processing = await noteWith("⏳ reading the PDF … ▓▓▓▓░░░░░░ 40 %");
  call.answer("It is about trees.");
  expect(await services.ended(1)).toEqual(["succeeded"]);
  const [summary] = await bench.answers();
  expect(summary).toMatchObject({ id: processing.id, text: "It is about trees." });
  expect(await bench.images()).toEqual([]);
  const { x = 0, y = 0 } = summary?.location ?? {};
  expect(overlaps({ x, y, width: 300, height: 300 }, { x: 1000, y: 1000, width: 600, height: 800 })).toBe(
    false,
  );
  expect(bench.rows()).toMatchObject([{ operation_type: "pdf_precis", prompt: "Summary of the PDF Report" }]);
});

test("an icon that the server took away and said it did not: the answer stays", async () => {
  await services.start();
  const icon = await bench.dropIcon("AI_Icon_PDF_Precis", (await bench.dropPdf()).id);
  await bench.server.faults({ kind: "status", status: 500, when: "after", method: "DELETE" });
  (await services.script.next()).answer("It is about trees.");
  await bench.until(() => (bench.board.state.get(icon.id) ? undefined : true));
  await bench.logger.logged("prompt not finished");
  await bench.server.fetch("/_sim/faults", { method: "DELETE" });
  expect(await services.ended(1)).toEqual(["succeeded"]);
  expect((await bench.answers()).map(({ text }) => text)).toEqual(["It is about trees."]);
});

test("a failed icon stays, says how to try again, is left alone by a restart, and works when it is moved", async () => {
  const first = await services.start();
  const pdf = await bench.dropPdf();
  const icon = await bench.dropIcon("AI_Icon_PDF_Precis", pdf.id);
  (await services.script.next()).fail(unreadable);
  expect(await services.ended(1)).toEqual(["failed"]);
  await noteWith("To try again, move the AI icon a little.");
  await first.stop();
  await services.start();
  await bench.server.widget("PATCH", `images/${icon.id}`, { location: { x: 77, y: 33 } });
  (await services.script.next()).answer("Now it works.");
  expect(await services.ended(2)).toEqual(["failed", "succeeded"]);
  expect(services.script.calls).toHaveLength(2);
  expect(await bench.images()).toEqual([]);
});

test("an icon that is moved while it is worked on begins nothing new; deleting it cancels and leaves no note", async () => {
  await services.start();
  const pdf = await bench.dropPdf();
  const icon = await bench.dropIcon("AI_Icon_PDF_Precis", pdf.id);
  const call = await services.script.next();
  call.request.progress("reading the PDF …");
  await noteWith("reading the PDF");
  await bench.server.widget("PATCH", `images/${icon.id}`, { location: { x: 50, y: 60 } });
  await bench.until(() => bench.board.state.get(icon.id)?.location?.x === 50);
  await bench.server.canvas("DELETE", `images/${icon.id}`);
  expect(await services.ended(1)).toEqual(["cancelled"]);
  expect(await bench.notes()).toEqual([]);
  expect(services.script.calls).toHaveLength(1);
});

test("parked icons ask nothing until they are where they belong", async () => {
  await services.start();
  const note = await bench.write("a parking place");
  const pdf = await bench.dropPdf();
  const parked = await bench.dropIcon("AI_Icon_PDF_Precis");
  await bench.dropIcon("AI_Icon_Canvus_Precis", note.id);
  await bench.dropIcon("AI_Icon_Image_Analysis", pdf.id);
  await bench.server.widget("PATCH", `images/${parked.id}`, { parent_id: pdf.id });
  const call = await services.script.next();
  expect(call.request.trigger.id).toBe(parked.id);
  call.answer("Done.");
  expect(await services.ended(1)).toEqual(["succeeded"]);
  expect(bench.rows()).toHaveLength(1);
});

test("an icon that waits for its turn shows that", async () => {
  await services.start({ maxRunning: 1 });
  const pdf = await bench.dropPdf();
  await bench.dropIcon("AI_Icon_PDF_Precis", pdf.id);
  const first = await services.script.next();
  await bench.dropIcon("AI_Icon_Canvus_Precis");
  await noteWith("⏳ next in the queue …");
  first.answer("1");
  (await services.script.next()).answer("2");
  expect(await services.ended(2)).toEqual(["succeeded", "succeeded"]);
  expect((await bench.answers()).map(({ text }) => text).sort()).toEqual(["1", "2"]);
});

test("an icon whose task was lost with the database is taken again", async () => {
  const pdf = await bench.dropPdf();
  const icon = await bench.dropIcon("AI_Icon_PDF_Precis", pdf.id);
  await bench.server.widget("PATCH", `images/${icon.id}`, {
    title: "AI_Icon_PDF_Precis ⏳ AI: \u2060working",
  });
  await services.start();
  (await services.script.next()).answer("Read after all.");
  expect(await services.ended(1)).toEqual(["succeeded"]);
  expect(await bench.images()).toEqual([]);
});

test("a failed icon is left alone also where the stream shows late that somebody worked on it", async () => {
  await services.start();
  const pdf = await bench.dropPdf();
  await bench.until(() => bench.board.state.get(pdf.id));
  await bench.server.faults({ kind: "stream-split", bytes: 40, gap_ms: 10 });
  const icon = await bench.dropIcon("AI_Icon_PDF_Precis", pdf.id);
  (await services.script.next()).fail(unreadable);
  await bench.until(() => bench.board.state.get(icon.id)?.title?.includes("failed"));
  const later = await bench.write("comes after all that was written before");
  await bench.until(() => bench.board.state.get(later.id));
  expect((await bench.images()).map(({ title }) => title)).toEqual([expect.stringContaining("failed")]);
  expect(services.script.calls).toHaveLength(1);
});

test("a snapshot is taken away when it was read, and only then", async () => {
  await services.start();
  const taken = await snapshot();
  const call = await services.script.next();
  expect(call.request).toMatchObject({ subject: { id: taken.id }, trigger: { id: taken.id } });
  call.fail(unreadable);
  expect(await services.ended(1)).toEqual(["failed"]);
  await noteWith("To try again, move the snapshot a little.");
  expect((await bench.images()).map(({ id }) => id)).toEqual([taken.id]);
  await bench.server.widget("PATCH", `images/${taken.id}`, { location: { x: 500, y: 20 } });
  (await services.script.next()).answer("Buy milk");
  expect(await services.ended(2)).toEqual(["failed", "succeeded"]);
  expect(await bench.images()).toEqual([]);
});

test("a question on an image is about that image, and the answer is placed beside the image", async () => {
  await services.start();
  const image = await bench.dropIcon("A photo");
  await bench.until(() => bench.board.state.get(image.id));
  const note = await bench.write("{{What is this?}}", { parent_id: image.id, location: { x: 5, y: 5 } });
  const call = await services.script.next();
  expect(call.request).toMatchObject({ prompt: "What is this?", subject: { id: image.id } });
  call.answer("A photo.");
  expect(await services.ended(1)).toEqual(["succeeded"]);
  expect(bench.rows()).toMatchObject([{ operation_type: "image_question" }]);
  expect(await bench.textOf(note.id)).toBe("What is this?");
});
