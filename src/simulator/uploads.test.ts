import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { iconFile } from "./control/icon-files.ts";
import { refusal, TestBench } from "./testing/test-bench.ts";

const ICON = iconFile("AI_Icon_PDF_Precis");
const PNG = await Bun.file(ICON.path).bytes();
const PDF =
  "%PDF-1.4\n1 0 obj<</Type /Pages /Kids [2 0 R 3 0 R]>>\n2 0 obj<</Type /Page /MediaBox [0 0 612 792]>>\n3 0 obj<</Type /Page>>";

let bench: TestBench;

beforeEach(async () => {
  bench = await TestBench.start();
});
afterEach(() => bench.simulator.stop());

/** Uploads and waits for the frame that carries the hash. */
async function processed(path: string, parts: Parameters<TestBench["upload"]>[1]): Promise<Widget> {
  const stream = await bench.stream(`${path}?subscribe`);
  await stream.frame();
  const made = (await (await bench.upload(path, parts)).json()) as Widget;
  expect(made.hash).toBe("");
  let [done] = await stream.items();
  // A machine with much to do may have both in one frame.
  while (done?.hash === "") [done] = await stream.items();
  await stream.close();
  expect(done?.id).toBe(made.id);
  expect(done?.hash).toMatch(/^[0-9a-f]{12}$/);
  return done as Widget;
}

test("parts may come in either order; the hash follows on the stream", async () => {
  const json = ["json", '{"title":"Picture","location":{"x":1,"y":2}}'] as const;
  const data = ["data", new Blob([PNG]), "p.png"] as const;
  for (const parts of [
    [json, data],
    [data, json],
  ]) {
    const image = await processed("images", parts);
    expect(image).toMatchObject({ title: "Picture", original_filename: "p.png", location: { x: 1, y: 2 } });
    expect(image.size).toEqual(ICON.size);
  }
});

test("a size that was sent stays", async () => {
  const image = await processed("images", [
    ["json", '{"size":{"width":50,"height":60},"original_filename":"given.png"}'],
    ["data", new Blob([PNG]), "p.png"],
  ]);
  expect(image).toMatchObject({ size: { width: 50, height: 60 }, original_filename: "given.png" });
});

test("a file can be downloaded once it has its hash, not before", async () => {
  const slow = await TestBench.start({ uploadHashDelayMs: 60_000 });
  const early = (await (await slow.upload("images", [["data", new Blob([PNG]), "p.png"]])).json()) as Widget;
  expect((await slow.canvas("GET", `images/${early.id}/download`)).status).toBe(404);
  await slow.simulator.stop();
  const image = await processed("images", [["data", new Blob([PNG]), "p.png"]]);
  const download = await bench.canvas("GET", `images/${image.id}/download`);
  expect(download.headers.get("content-type")).toBe("image/png");
  expect(new Uint8Array(await download.arrayBuffer())).toEqual(PNG);
});

test("assets and mipmaps need the canvas in a header", async () => {
  const image = await processed("images", [["data", new Blob([PNG]), "p.png"]]);
  const headers = { "canvas-id": bench.canvasId };
  expect((await bench.fetch(`/api/v1/assets/${image.hash}`)).status).toBe(400);
  const asset = await bench.fetch(`/api/v1/assets/${image.hash}`, { headers });
  expect((await asset.arrayBuffer()).byteLength).toBe(PNG.byteLength);
  const info = await bench.fetch(`/api/v1/mipmaps/${image.hash}`, { headers });
  expect(await info.json()).toEqual({ resolution: ICON.size, max_level: 1, pages: 1 });
  const level = await bench.fetch(`/api/v1/mipmaps/${image.hash}/1`, { headers });
  const picture = new Bun.Image(await level.arrayBuffer());
  expect(await picture.metadata()).toMatchObject({ width: 97, height: 125, format: "webp" });
  expect((await bench.fetch(`/api/v1/mipmaps/${image.hash}/3`, { headers })).status).toBe(400);
});

test("a PDF shows its page size and count; its pages are not drawn", async () => {
  const pdf = await processed("pdfs", [["data", new Blob([PDF]), "d.pdf"]]);
  expect(pdf).toMatchObject({ widget_type: "Pdf", index: 1, size: { width: 612, height: 792 } });
  const headers = { "canvas-id": bench.canvasId };
  const info = await bench.fetch(`/api/v1/mipmaps/${pdf.hash}?page=1`, { headers });
  expect(await info.json()).toMatchObject({ pages: 2 });
  expect((await bench.fetch(`/api/v1/mipmaps/${pdf.hash}/0`, { headers })).status).toBe(501);
});

test("refuses uploads without a file and files of another type", async () => {
  expect(await refusal(await bench.upload("images", [["json", "{}"]]))).toEqual([400, "data is missing"]);
  expect(await refusal(await bench.canvas("POST", "images", { hash: "000000000000" }))).toEqual([
    400,
    "data is missing",
  ]);
  const wrong = await bench.upload("images", [["data", new Blob([PDF]), "d.png"]]);
  expect(await refusal(wrong)).toEqual([400, "Unsupported file type application/pdf"]);
});

test("a known hash makes another widget of the same file", async () => {
  const image = await processed("images", [["data", new Blob([PNG]), "p.png"]]);
  expect(await bench.widget("POST", "images", image)).toMatchObject({ hash: image.hash, size: image.size });
});

test("the uploads folder answers with the literal id content and puts nothing on the canvas", async () => {
  const note = await bench.upload("uploads-folder", [
    ["json", '{"upload_type":"note","text":"From the phone"}'],
  ]);
  expect(await note.json()).toMatchObject({ id: "content", widget_type: "Note", text: "From the phone" });
  const file = await bench.upload("uploads-folder", [["data", new Blob([PNG]), "p.png"]]);
  expect(await file.json()).toMatchObject({
    id: "content",
    widget_type: "Image",
    hash: "",
    original_filename: "p.png",
  });
  expect(await (await bench.canvas("GET", "images")).json()).toEqual([]);
});

test("the background can be a picture", async () => {
  const posted = await bench.upload("background", [
    ["data", new Blob([PNG]), "p.png"],
    ["json", '{"type":"image","fit":"fill"}'],
  ]);
  const background = (await posted.json()) as { image: { fit: string; hash: string }; type: string };
  expect(background).toMatchObject({ type: "image", image: { fit: "fill" } });
  const asset = await bench.fetch(`/api/v1/assets/${background.image.hash}`, {
    headers: { "canvas-id": bench.canvasId },
  });
  expect(asset.status).toBe(200);
});
