import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Documents } from "../documents/documents.ts";
import { makePdf, type TestPage } from "../documents/testing/make-pdf.ts";
import type { LocalTextEngine } from "../inference/local-text-engine.ts";
import type { VisionEngine } from "../inference/vision-engine.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { rejection } from "../testing/rejection.ts";
import { systemTimers } from "../timers.ts";
import { DEMO_STYLE } from "./model-style.ts";
import { summarizePdf } from "./summarize-pdf.ts";
import { type Asked, asked } from "./testing/asked.ts";
import { demoEngine } from "./testing/demo-engine.ts";

const BRIDGE = [
  "The new bridge opens in April. It took a long time.",
  "People are happy about it. More news will follow soon.",
];

let folder: string;
let engine: LocalTextEngine;
let documents: Documents;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-pdf-"));
  engine = await demoEngine(1024);
  const options = { folder: join(folder, "pictures"), maxFileSize: 1e7, timers: systemTimers };
  documents = new Documents({ ...options, logger: new RecordingLogger() });
}, 60_000);

afterAll(async () => {
  await documents.stop();
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const looked: string[] = [];
afterEach(() => looked.splice(0));

/** Sees this text in every picture. */
function eyes(text: string): VisionEngine {
  return {
    describe: async ({ imagePath }) => {
      looked.push(imagePath);
      const metrics = {
        ...{
          queue_ms: 0,
          load_ms: 0,
          prompt_tokens: 1,
          prompt_ms: 0,
          completion_tokens: 1,
          generation_ms: 0,
        },
        ...{ ttft_ms: 0, prompt_tokens_per_second: 0, completion_tokens_per_second: 0 },
      };
      return { text, model: "eyes", stopReason: "stop", promptTokensCut: 0, metrics };
    },
  };
}

async function summarize(pages: readonly TestPage[], vision: VisionEngine | null = null) {
  const file = join(folder, "asked.pdf");
  await Bun.write(file, makePdf(pages));
  const request: Asked = asked({ file });
  const styles = { style: DEMO_STYLE, visionStyle: DEMO_STYLE };
  const ability = summarizePdf({ engine, documents, vision, ...styles, maxTokens: 1000, pieceTokens: 0 });
  return { request, result: ability(request) };
}

test("a short PDF is summarised in one go, its one page needs no mention", async () => {
  const { result, request } = await summarize([{ lines: BRIDGE }]);
  expect((await result).text).toBe("Summary: The new bridge opens in April.");
  expect(request.stages).toEqual(["downloading the PDF …", "reading page 1 of 1 …", "writing the summary …"]);
});

test("a long one says on which pages its parts stand, and how far it is never goes back", async () => {
  const { result, request } = await summarize(Array.from({ length: 40 }, () => ({ lines: BRIDGE })));
  const { text } = await result;
  expect(text).toContain("\n\nWhere it stands:\n• p. 1–");
  expect(text).toMatch(/• p\. \d+–40: /);
  expect(request.fractions).toEqual(request.fractions.toSorted((one, other) => one - other));
}, 60_000);

test("a scanned page is looked at, an empty one is not; what was seen is part of the text", async () => {
  const { result, request } = await summarize([{ isScan: true }, {}], eyes(BRIDGE.join(" ")));
  expect(await result).toMatchObject({
    text: "Summary: The new bridge opens in April.",
    model: "eyes + CanvusLocalLLM demo",
  });
  expect(looked).toHaveLength(1);
  expect(request.stages).toContain("looking at page 1, scan 1 of 1 …");
  expect(await Bun.file(looked[0] ?? "").exists()).toBe(false);
});

test("scans that nobody can read are said to be left out", async () => {
  const { result } = await summarize([{ lines: BRIDGE }, { isScan: true }, { isScan: true }]);
  expect((await result).text).toEndWith("(2 pages hold no text that could be read and are left out.)");
  const blind = await summarize([{ isScan: true }]);
  expect(await rejection(blind.result)).toMatchObject({
    code: "PDF_NO_TEXT",
    message: "This PDF has one page without text, and no model is set up that can read pictures.",
  });
  const unclear = await summarize([{ isScan: true }], eyes("NONE"));
  expect(await rejection(unclear.result)).toMatchObject({
    message: "This PDF has one page without text, and nothing could be read in its picture.",
  });
});
