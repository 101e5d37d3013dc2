import { afterEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { residentBytes } from "../../scripts/resident-bytes.ts";
import { makePdf } from "../documents/testing/make-pdf.ts";
import { dropFile, type TestWidget, untilImages } from "./canvas-files.ts";
import { until } from "./executable.ts";
import { Harness, TOKEN } from "./harness.ts";

const RED_CIRCLE = await Bun.file(join(import.meta.dir, "../models/demo/red-circle.png")).bytes();
const PAGES = 500;
/** What the service may take more while it reads 500 pages, beside what it takes anyway. */
const GROWTH_BYTES = 60_000_000;
/** Hundreds of model calls, on a machine with other things to do. */
const LONG_MS = 240_000;

let harness: Harness;

afterEach(() => harness.close());

function server() {
  return { url: harness.url, token: TOKEN };
}

async function ask(icon: string, onto: string): Promise<TestWidget> {
  return (await harness.helper("drop-icon", { canvas_id: harness.canvas.id, icon, onto })) as TestWidget;
}

/** The process of an engine, as soon as it is there. */
function runnerOf(engine: string, service: number): Promise<number> {
  const isRunner = (pid: number) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`runner\0${engine}`);
  const children = () =>
    readFileSync(`/proc/${service}/task/${service}/children`, "utf8").trim().split(" ").map(Number);
  return until(
    () => children().find((pid) => pid > 0 && isRunner(pid)),
    (changed) => {
      const look = setInterval(changed, 5);
      return () => clearInterval(look);
    },
    () => `there is no process of the engine ${engine}`,
  );
}

test("two questions about pictures are answered while four in notes are", async () => {
  harness = await Harness.start();
  await harness.runReady({ MAX_CONCURRENT: "6" });
  const images = await Promise.all(
    [0, 1].map((at) =>
      dropFile(server(), harness.canvas, "images", {
        name: `circle-${at}.png`,
        data: RED_CIRCLE,
        fields: { location: { x: 3000, y: 600 + at * 600 } },
      }),
    ),
  );
  const questions = [
    ["France", "Paris."],
    ["Spain", "Madrid."],
    ["Japan", "Tokyo."],
    ["Italy", "Rome."],
  ] as const;
  const notes = await Promise.all(
    questions.map(([country], at) =>
      harness.canvas.addNote(`{{What is the capital of ${country}?}}`, {
        location: { x: 100, y: 100 + at * 400 },
      }),
    ),
  );
  const seen = await Promise.all(
    images.map(({ id }) =>
      harness.canvas.addNote("{{What color is the shape?}}", { parent_id: id, location: { x: 5, y: 5 } }),
    ),
  );
  for (const [at, [, answer]] of questions.entries())
    await harness.canvas.answerWith(answer, notes[at]?.id ?? "");
  await harness.canvas.until(({ answers, notes: all }) => {
    const reds = answers.filter(({ text }) => text === "Red.");
    const isDone = seen.every(({ id }) => !all.find((note) => note.id === id)?.text.includes("⏳"));
    return (reds.length === 2 && isDone) || undefined;
  });
});

test("the model that sees is killed in the middle: its question is answered all the same, once", async () => {
  harness = await Harness.start();
  const service = await harness.runReady({ RETRY_DELAY: "10ms" });
  const image = await dropFile(server(), harness.canvas, "images", { name: "circle.png", data: RED_CIRCLE });
  await ask("AI_Icon_Image_Analysis", image.id);
  process.kill(await runnerOf("vision", service.pid), "SIGKILL");
  await harness.canvas.until(({ answers }) =>
    answers.find(({ text }) => text === "A red circle on a white background."),
  );
  await untilImages(harness.canvas, (images) => (images.length === 1 ? true : undefined));
  expect(harness.canvas.answers).toHaveLength(1);
});

test(
  "a PDF of 500 pages is summarised from its first to its last page, and the service's memory stays flat",
  async () => {
    harness = await Harness.start();
    const service = await harness.runReady();
    const line = "The new bridge opens in April. People are happy about it.";
    const pages = Array.from({ length: PAGES }, (_, at) => ({
      lines: [`Chapter ${at + 1}.`, line, line, line],
    }));
    const pdf = await dropFile(server(), harness.canvas, "pdfs", { name: "long.pdf", data: makePdf(pages) });
    const atRest = await residentBytes(service.pid);
    let most = 0;
    const stopWatching = harness.canvas.onChange(async () => {
      most = Math.max(most, await residentBytes(service.pid));
    });
    await ask("AI_Icon_PDF_Precis", pdf.id);
    const summary = await harness.canvas.until(
      ({ answers }) => answers.find(({ text }) => text.includes("Where it stands:")),
      LONG_MS,
    );
    stopWatching();
    expect(summary.text).toMatch(/• p\. 1–\d+:/);
    expect(summary.text).toMatch(/• p\. \d+–500:/);
    expect(most - atRest).toBeLessThan(GROWTH_BYTES);
  },
  LONG_MS,
);
