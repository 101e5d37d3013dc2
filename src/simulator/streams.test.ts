import { afterEach, beforeEach, expect, test } from "bun:test";
import { LineReader } from "./testing/line-reader.ts";
import { TestBench } from "./testing/test-bench.ts";

let bench: TestBench;

beforeEach(async () => {
  bench = await TestBench.start({ keepAliveMs: 20 });
});
afterEach(() => bench.simulator.stop());

test("any spelling of subscribe opens a stream, an explicit no does not", async () => {
  for (const query of ["?subscribe", "?subscribe=true", "?subscribe=1", "?annotations=1&subscribe=1"]) {
    const stream = await bench.stream(`notes/${query}`);
    expect(await stream.line()).toBe("[]\n");
    await stream.close();
  }
  for (const query of ["", "?subscribe=false", "?subscribe=0"]) {
    expect(await (await bench.canvas("GET", `notes${query}`)).text()).toBe("[]");
  }
});

test("a collection streams everything first, then arrays of full changed objects, then deletions", async () => {
  const stream = await bench.stream("widgets?subscribe");
  const types = (await stream.items()).map((item) => item.widget_type);
  expect(types).toEqual(["SharedCanvas", "CanvasBackground"]);
  const note = await bench.widget("POST", "notes", { text: "one" });
  expect(await stream.frame()).toEqual([note]);
  const patched = await bench.widget("PATCH", `notes/${note.id}`, { text: "two" });
  expect(await stream.frame()).toEqual([patched]);
  const background = await (
    await bench.canvas("PATCH", "background", { background_color: "#123456" })
  ).json();
  expect(await stream.frame()).toEqual([background]);
  await bench.canvas("DELETE", `notes/${note.id}`);
  expect(await stream.frame()).toEqual([{ ...patched, state: "deleted" }]);
});

test("a single resource streams bare objects", async () => {
  const note = await bench.widget("POST", "notes", { text: "one" });
  const stream = await bench.stream(`notes/${note.id}?subscribe`);
  expect(await stream.frame()).toEqual(note);
  await bench.widget("POST", "notes", {});
  const patched = await bench.widget("PATCH", `notes/${note.id}`, { text: "two" });
  expect(await stream.frame()).toEqual(patched);
});

test("a typed stream carries its own type alone", async () => {
  const stream = await bench.stream("anchors?subscribe");
  expect(await stream.frame()).toEqual([]);
  await bench.widget("POST", "notes", {});
  const anchor = await bench.widget("POST", "anchors", {});
  expect(await stream.frame()).toEqual([anchor]);
});

test("what changes in one turn arrives in one frame, children of a deleted widget included", async () => {
  const outer = await bench.widget("POST", "notes", {});
  const inner = await bench.widget("POST", "notes", { parent_id: outer.id });
  const connector = await bench.widget("POST", "connectors", {
    src: { id: outer.id },
    dst: { id: inner.id },
  });
  const stream = await bench.stream("widgets?subscribe");
  await stream.frame();
  await bench.canvas("DELETE", `notes/${outer.id}`);
  const frame = await stream.items();
  expect(frame.every((item) => item.state === "deleted")).toBe(true);
  expect(frame.map((item) => item.id).toSorted()).toEqual([outer.id, inner.id, connector.id].toSorted());
});

test("blank lines keep a silent stream alive", async () => {
  const stream = await bench.stream("notes?subscribe");
  expect([await stream.line(), await stream.line(), await stream.line()]).toEqual(["[]\n", "\n", "\n"]);
});

test("errors come as ordinary answers before any frame", async () => {
  expect((await bench.fetch("/api/v1/canvases/nobody/widgets?subscribe")).status).toBe(404);
  expect((await bench.canvas("GET", "notes/nobody?subscribe")).status).toBe(404);
});

test("canvases, permissions, folders and workspaces stream too", async () => {
  const open = async (path: string) => new LineReader((await bench.fetch(path)).body ?? new ReadableStream());
  const canvases = await open("/api/v1/canvases?subscribe");
  const single = await open(`/api/v1/canvases/${bench.canvasId}?subscribe`);
  const permissions = await open(`/api/v1/canvases/${bench.canvasId}/permissions?subscribe`);
  const folders = await open("/api/v1/canvas-folders?subscribe");
  const workspace = await open("/api/v1/clients/0/workspaces/0/?subscribe");
  for (const stream of [canvases, single, permissions, folders, workspace]) await stream.frame();
  await bench.fetch(`/api/v1/canvases/${bench.canvasId}`, { method: "PATCH", body: '{"name":"Renamed"}' });
  expect(await canvases.frame()).toMatchObject([{ id: bench.canvasId, name: "Renamed" }]);
  expect(await single.frame()).toMatchObject({ name: "Renamed" });
  await bench.canvas("POST", "permissions", { link_permission: "view" });
  expect(await permissions.frame()).toMatchObject({
    link_permission: "view",
    users: [{ permission: "owner" }],
  });
  await bench.fetch("/api/v1/canvas-folders", { method: "POST", body: '{"name":"Plans"}' });
  expect(await folders.frame()).toMatchObject([{ name: "Plans", folder_id: "1034" }]);
  await bench.fetch("/api/v1/clients/0/workspaces/0", { method: "PATCH", body: '{"pinned":true}' });
  expect(await workspace.frame()).toMatchObject({ pinned: true, canvas_id: bench.canvasId });
});
