import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { Documents } from "./documents.ts";
import type { PdfPage } from "./pdf-page.ts";

const FAKE = join(import.meta.dir, "testing/fake-reader.ts");
const ANSWER_MS = 30_000;
const IDLE_MS = 60_000;

let folder: string;
let timers: FakeTimers;
let documents: Documents;
let logger: RecordingLogger;
let signal: AbortSignal;
let cancel: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-documents-"));
  timers = new FakeTimers();
  logger = new RecordingLogger();
  const abort = new AbortController();
  signal = abort.signal;
  cancel = () => abort.abort();
  documents = withFake();
});

afterEach(async () => {
  await documents.stop();
  await rm(folder, { recursive: true });
});

function withFake(...startup: string[]): Documents {
  return new Documents({
    folder: join(folder, "pictures"),
    maxFileSize: 1e6,
    timers,
    logger,
    command: [process.execPath, FAKE, join(folder, "asked"), ...startup],
    answerMs: ANSWER_MS,
    idleMs: IDLE_MS,
  });
}

async function read(name: string, options: { maxCharacters?: number } = {}): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of documents.readPdf(join(folder, name), { signal, ...options }))
    texts.push(text);
  return texts;
}

function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    ({ code }) => code,
  );
}

async function asked(): Promise<string[]> {
  return (await readFile(join(folder, "asked"), "utf8")).trim().split("\n");
}

test("pages come one after the other; the file is given back and the process ends when nobody needs it", async () => {
  expect(documents.status()).toEqual({ pid: null, waiting: 0, restarts: 0 });
  expect(await read("good")).toEqual(["page 1", "page 2", "page 3"]);
  expect(await asked()).toEqual(["pages good", "pages good", "pages good", "close good"]);
  const { pid } = documents.status();
  expect(pid).toBeNumber();
  timers.advance(IDLE_MS);
  expect(documents.status()).toEqual({ pid: null, waiting: 0, restarts: 0 });
  expect(await read("good")).toHaveLength(3);
  expect(documents.status().pid).not.toBe(pid);
});

test("who stops reading gives the file back", async () => {
  for await (const { page } of documents.readPdf(join(folder, "good"), { signal })) if (page === 2) break;
  expect(await asked()).toEqual(["pages good", "pages good", "close good"]);
});

test("two read at the same time", async () => {
  expect(await Promise.all([read("one"), read("other")])).toEqual([
    ["page 1", "page 2", "page 3"],
    ["page 1", "page 2", "page 3"],
  ]);
});

test("a document that makes the reader hang is given up; the next one is read", async () => {
  const hangs = failure(read("hangs"));
  const good = read("good");
  await timers.untilScheduled((delayMs) => delayMs === ANSWER_MS && documents.status().waiting === 2);
  await logger.logged("asked for pages hangs");
  timers.advance(ANSWER_MS);
  expect(await hangs).toBe("DOCUMENT_TIMEOUT");
  expect(await good).toHaveLength(3);
  expect(documents.status().restarts).toBe(1);
});

test("a document that makes the reader crash is tried twice; the next one is read", async () => {
  const crashes = failure(read("crashes"));
  const good = read("good");
  expect(await crashes).toBe("PDF_INVALID");
  expect(await good).toHaveLength(3);
  expect((await asked()).filter((each) => each === "pages crashes")).toHaveLength(2);
  expect(await failure(documents.withPicture(join(folder, "crashes"), LIMITS(), use))).toBe("IMAGE_INVALID");
});

test.each(["babbles", "breaks"])("a document after which the reader %s costs one process", async (name) => {
  expect(await failure(read(name))).toBe("PDF_INVALID");
  expect(await read("good")).toHaveLength(3);
  expect(documents.status().restarts).toBeGreaterThanOrEqual(1);
});

test("a reader that does not come up is an error that passes", async () => {
  documents = withFake("dies");
  expect(await failure(read("good"))).toBe("DOCUMENT_READER_FAILED");
  documents = new Documents({
    folder: join(folder, "pictures"),
    maxFileSize: 1,
    timers,
    logger: new RecordingLogger(),
    command: ["/nowhere"],
  });
  expect(await failure(read("good"))).toBe("DOCUMENT_READER_FAILED");
});

test("cancelling answers at once, also when the reader hangs", async () => {
  const hangs = failure(read("hangs"));
  await logger.logged("asked for pages hangs");
  cancel();
  // Giving the file back waits until the reader is free, or was ended.
  await timers.untilScheduled((delayMs) => delayMs === 1000);
  timers.advance(1000);
  expect(await hangs).toBe("CANCELLED");
  expect(await failure(read("good"))).toBe("CANCELLED");
});

test("stopping cancels what is under way", async () => {
  const hangs = failure(read("hangs"));
  await logger.logged("asked for pages hangs");
  await documents.stop();
  expect(await hangs).toBe("CANCELLED");
  expect(documents.status()).toMatchObject({ pid: null, waiting: 0 });
});

test("more text than allowed ends the reading", async () => {
  expect(await failure(read("good", { maxCharacters: 13 }))).toBe("PDF_TOO_LARGE");
});

test("a picture that cannot be made leaves no file", async () => {
  expect(await failure(documents.withPicture(join(folder, "x"), LIMITS(), use))).toBe("IMAGE_INVALID");
  expect(await readdir(join(folder, "pictures"))).toEqual([]);
});

const LIMITS = () => ({ signal, maxSide: 100, maxPixels: 1e6 });
const use = () => Promise.resolve();

test("the real reader reads, draws and tells what is wrong", async () => {
  const pdf = join(folder, "some.pdf");
  const { makePdf } = await import("./testing/make-pdf.ts");
  await Bun.write(
    pdf,
    makePdf([{ lines: ["Hello there"] }, { isScan: true }, { lines: ["turned"], rotate: 90 }]),
  );
  documents = new Documents({
    folder: join(folder, "pictures"),
    maxFileSize: 1e6,
    timers,
    logger: new RecordingLogger(),
  });
  const pages: PdfPage[] = [];
  const sizes: (readonly number[])[] = [];
  for await (const page of documents.readPdf(pdf, { signal })) {
    pages.push(page);
    const options = { signal, maxSide: 421 };
    await documents.withPdfPage(pdf, page.page, options, async ({ width, height }) => {
      sizes.push([width, height]);
    });
  }
  expect(pages).toEqual([
    { page: 1, pages: 3, kind: "text", text: "Hello there" },
    { page: 2, pages: 3, kind: "picture", text: "" },
    { page: 3, pages: 3, kind: "text", text: "turned" },
  ]);
  // Reading turns pages upright, drawing shows them as people see them.
  expect(sizes).toEqual([
    [298, 421],
    [298, 421],
    [421, 298],
  ]);
  const drawn = await documents.withPdfPage(pdf, 1, { signal, maxSide: 421 }, async (picture) => {
    const { format, width } = await new Bun.Image(picture.path).metadata();
    return { format, width, size: [picture.width, picture.height] };
  });
  expect(drawn).toEqual({ format: "png", width: 298, size: [298, 421] });
  expect(await readdir(join(folder, "pictures"))).toEqual([]);
  const failures = ["user-password.pdf", "owner-password.pdf"].map((name) =>
    failure(Array.fromAsync(documents.readPdf(join(import.meta.dir, "testing", name), { signal }))),
  );
  expect(await Promise.all(failures)).toEqual(["PDF_ENCRYPTED", "no error"]);
  expect(await failure(read("missing.pdf"))).toBe("DOCUMENT_READER_FAILED");
}, 60_000);
