import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { refusal, TestBench } from "./testing/test-bench.ts";

let bench: TestBench;

beforeEach(async () => {
  bench = await TestBench.start();
});
afterEach(() => bench.simulator.stop());

async function list(path: string): Promise<readonly Widget[]> {
  return (await (await bench.canvas("GET", path)).json()) as Widget[];
}

test("an empty canvas holds its shared canvas and a background without id", async () => {
  const [root, background, ...others] = await list("widgets");
  expect(root).toMatchObject({
    widget_type: "SharedCanvas",
    parent_id: "",
    size: { width: 9600, height: 5400 },
  });
  expect(background).toMatchObject({ widget_type: "CanvasBackground", type: "solid_color" });
  expect(background).not.toHaveProperty("id");
  expect(others).toEqual([]);
});

describe("creating", () => {
  test("fills in what a note lacks and puts it on the shared canvas", async () => {
    const [root] = await list("widgets");
    const note = await bench.widget("POST", "notes", {});
    expect(note).toMatchObject({
      widget_type: "Note",
      state: "normal",
      text: "",
      title: "",
      background_color: "#ffffffff",
      text_color: "#000000ff",
      auto_text_color: true,
      size: { width: 300, height: 300 },
      scale: 1,
      depth: 0,
      pinned: false,
      parent_id: root?.id,
    });
    expect(await list("notes")).toEqual([note]);
    expect(await list("widgets")).toContainEqual(note);
    expect(Object.keys(note)).toEqual(Object.keys(note).toSorted());
  });

  test("takes JSON whatever its content type says, and no body at all", async () => {
    for (const type of ["application/x-www-form-urlencoded", "text/plain"]) {
      const path = `/api/v1/canvases/${bench.canvasId}/notes`;
      const init = { method: "POST", body: '{"text":"typed"}', headers: { "content-type": type } };
      expect(await (await bench.fetch(path, init)).json()).toMatchObject({ text: "typed" });
    }
    expect(await bench.widget("POST", "notes")).toMatchObject({ text: "" });
  });

  test("keeps what was sent, normalises colours, ignores what only the server sets", async () => {
    const sent = { text: "a\nb ⚙️", location: { x: 1.5, y: -2 }, scale: 0.33, depth: 1217.39, pinned: true };
    const note = await bench.widget("POST", "notes", {
      ...sent,
      background_color: "#AbCdEf",
      id: "mine",
      state: "deleted",
      widget_type: "note",
      unknown_field: 1,
    });
    expect(note).toMatchObject({
      ...sent,
      background_color: "#abcdefff",
      state: "normal",
      widget_type: "Note",
    });
    expect(note.id).not.toBe("mine");
    expect(note).not.toHaveProperty("unknown_field");
  });

  test("refuses wrong values with the field's name", async () => {
    const attempts: readonly (readonly [body: unknown, msg: string])[] = [
      ["{nonsense", "Malformed JSON"],
      [[], "JSON object expected"],
      [{ text: 1 }, "Invalid value for text"],
      [{ background_color: "red" }, "Invalid value for background_color"],
      [{ background_color: "#abc" }, "Invalid value for background_color"],
      [{ scale: 0 }, "Invalid value for scale"],
      [{ location: { x: 1 } }, "Invalid value for location.y"],
      [{ parent_id: "nobody" }, "Parent widget not found"],
    ];
    for (const [body, msg] of attempts)
      expect(await refusal(await bench.canvas("POST", "notes", body))).toEqual([400, msg]);
    expect(await list("notes")).toEqual([]);
  });

  test("numbers anchors and passes unknown fields of tables through", async () => {
    expect(await bench.widget("POST", "anchors", {})).toMatchObject({
      anchor_index: 0,
      anchor_name: "New anchor",
    });
    expect(await bench.widget("POST", "anchors", {})).toMatchObject({ anchor_index: 1 });
    const table = await bench.widget("POST", "tables", { grid_size: { columns: 2, rows: 7 }, owner: "me" });
    expect(table).toMatchObject({ grid_size: { columns: 2, rows: 7 }, owner: "me" });
    const patched = await bench.widget("PATCH", `tables/${table.id}`, { grid_size: { columns: 9, rows: 9 } });
    expect(patched).toMatchObject({ grid_size: { columns: 2, rows: 7 } });
  });

  test("connectors need two ends that exist", async () => {
    const a = await bench.widget("POST", "notes", {});
    const b = await bench.widget("POST", "notes", {});
    const missing = await bench.canvas("POST", "connectors", { src: { id: a.id } });
    expect(missing.status).toBe(400);
    const nobody = await bench.canvas("POST", "connectors", { src: { id: a.id }, dst: { id: "nobody" } });
    expect(nobody.status).toBe(400);
    const src = { id: a.id, auto_location: false, rel_location: { x: 1, y: 0.5 }, tip: "none" };
    const connector = await bench.widget("POST", "connectors", {
      src,
      dst: { id: b.id },
      line_color: "#E7E7F2FF",
    });
    expect(connector).toMatchObject({ src, line_color: "#e7e7f2ff", line_width: 5, type: "curve" });
    for (const field of ["location", "size", "scale", "depth", "parent_id"])
      expect(connector).not.toHaveProperty(field);
  });

  test("clones a widget of another canvas", async () => {
    const note = await bench.widget("POST", "notes", { text: "original", location: { x: 5, y: 6 } });
    const made = await bench.fetch("/api/v1/canvases", { method: "POST", body: "{}" });
    const { id } = (await made.json()) as { id: string };
    const body = JSON.stringify({ source_canvas_id: bench.canvasId, source_widget_id: note.id });
    const clone = await bench.fetch(`/api/v1/canvases/${id}/notes`, { method: "POST", body });
    expect(await clone.json()).toMatchObject({ text: "original", location: { x: 5, y: 6 } });
  });
});

describe("changing", () => {
  test("merges fields, completes partial points, keeps identity", async () => {
    const note = await bench.widget("POST", "notes", { text: "a", location: { x: 1, y: 2 } });
    const patched = await bench.widget("PATCH", `notes/${note.id}/`, {
      location: { x: 9 },
      id: "x",
      state: "deleted",
    });
    expect(patched).toEqual({ ...note, location: { x: 9, y: 2 } });
    expect(await bench.widget("GET", `widgets/${note.id}`)).toEqual(patched);
  });

  test("a note's title is set when it is created and never again, an image's can change", async () => {
    const note = await bench.widget("POST", "notes", { title: "first" });
    expect(await bench.widget("PATCH", `notes/${note.id}`, { title: "second", text: "t" })).toMatchObject({
      title: "first",
      text: "t",
    });
    const anchor = await bench.widget("POST", "anchors", { anchor_name: "first" });
    expect(await bench.widget("PATCH", `anchors/${anchor.id}`, { anchor_name: "second" })).toMatchObject({
      anchor_name: "second",
    });
  });

  test("colours conflict with automatic text colour", async () => {
    const note = await bench.widget("POST", "notes", { background_color: "#112233" });
    const patch = async (body: unknown) => (await bench.canvas("PATCH", `notes/${note.id}`, body)).status;
    expect((await bench.canvas("POST", "notes", { text_color: "#ffffff" })).status).toBe(409);
    expect(await patch({ text_color: "#ffffff" })).toBe(409);
    expect(await patch({ background_color: "#ffffff" })).toBe(409);
    expect(await patch({ auto_text_color: false, background_color: "#ffffff", text_color: "#000000" })).toBe(
      200,
    );
    expect(await patch({ background_color: "#000000" })).toBe(200);
    expect(await patch({ auto_text_color: true, text_color: "#000000" })).toBe(409);
  });

  test("a lenient server lets backgrounds and titles be patched", async () => {
    const lenient = await TestBench.start({ strict: false });
    const note = await lenient.widget("POST", "notes", { title: "first" });
    const patched = await lenient.widget("PATCH", `notes/${note.id}`, {
      title: "second",
      background_color: "#000000",
    });
    expect(patched).toMatchObject({ title: "second", background_color: "#000000ff" });
    expect((await lenient.canvas("PATCH", `notes/${note.id}`, { text_color: "#000000" })).status).toBe(409);
    await lenient.simulator.stop();
  });

  test("a widget answers on its own collection and on /widgets only", async () => {
    const note = await bench.widget("POST", "notes", {});
    for (const method of ["GET", "PATCH", "DELETE"]) {
      expect(
        (await bench.canvas(method, `images/${note.id}`, method === "PATCH" ? {} : undefined)).status,
      ).toBe(404);
    }
  });
});

test("deleting takes along what is inside and the connectors to it", async () => {
  const outer = await bench.widget("POST", "notes", {});
  const inner = await bench.widget("POST", "notes", { parent_id: outer.id });
  const other = await bench.widget("POST", "notes", {});
  await bench.widget("POST", "connectors", { src: { id: inner.id }, dst: { id: other.id } });
  const deleted = await bench.canvas("DELETE", `notes/${outer.id}`);
  expect([deleted.status, await deleted.text()]).toEqual([200, ""]);
  expect(await list("notes")).toEqual([other]);
  expect(await list("connectors")).toEqual([]);
  expect((await bench.canvas("DELETE", `notes/${outer.id}`)).status).toBe(404);
});

test("parents may form a circle and still be deleted", async () => {
  const a = await bench.widget("POST", "notes", {});
  const b = await bench.widget("POST", "notes", { parent_id: a.id });
  await bench.widget("PATCH", `notes/${a.id}`, { parent_id: b.id });
  expect((await bench.canvas("DELETE", `notes/${a.id}`)).status).toBe(200);
  expect(await list("notes")).toEqual([]);
});

test("refuses in the words that clients know", async () => {
  expect(await refusal(await bench.canvas("GET", "colorpresets"))).toEqual([
    404,
    "Unknown object type colorpresets",
  ]);
  const preview = `Canvas ${bench.canvasId} doesn't have preview`;
  expect(await refusal(await bench.canvas("GET", "preview"))).toEqual([404, preview]);
  expect(await refusal(await bench.canvas("PATCH", "background", { type: "color" }))).toEqual([
    400,
    "Unsupported type: color",
  ]);
  expect((await bench.canvas("POST", "widgets/clone", {})).status).toBe(501);
  expect((await bench.fetch("/api/v1/canvases/nobody/widgets")).status).toBe(404);
});

test("background, colour presets and permissions can be changed", async () => {
  const background = { type: "haze", haze: { color1: "#FFFFFF" }, grid: { visible: false } };
  expect(await (await bench.canvas("PATCH", "background", background)).json()).toMatchObject({
    type: "haze",
    haze: { color1: "#ffffffff", scale: 8 },
    grid: { visible: false },
  });
  const presets = await bench.canvas("PATCH", "color-presets", { note_text: ["#ABCDEF"] });
  expect(await presets.json()).toMatchObject({ note_text: ["#abcdefff"], connector: expect.any(Array) });
});

test("a canvas in demo mode goes back to what was saved", async () => {
  const kept = await bench.widget("POST", "notes", { text: "kept" });
  await bench.canvas("POST", "save");
  await bench.widget("POST", "notes", {});
  await bench.widget("PATCH", `notes/${kept.id}`, { text: "changed" });
  await bench.canvas("POST", "restore");
  expect(await list("notes")).toEqual([kept]);
});

test("a canvas can be copied, renamed, moved to the trash and deleted", async () => {
  await bench.widget("POST", "notes", { text: "copied" });
  const copied = await bench.canvas("POST", "copy", { folder_id: "1034" });
  const { id } = (await copied.json()) as { id: string };
  const notes = await (await bench.fetch(`/api/v1/canvases/${id}/notes`)).json();
  expect(notes).toMatchObject([{ text: "copied" }]);
  const renamed = await bench.fetch(`/api/v1/canvases/${id}`, { method: "PATCH", body: '{"name":"Second"}' });
  expect(await renamed.json()).toMatchObject({ id, name: "Second", access: "owner" });
  const trash = '{"folder_id":"trash.1034"}';
  const moved = await bench.fetch(`/api/v1/canvases/${id}/move`, { method: "POST", body: trash });
  expect(await moved.json()).toMatchObject({ in_trash: true });
  await bench.fetch(`/api/v1/canvases/${id}`, { method: "DELETE" });
  expect(await (await bench.fetch("/api/v1/canvases/")).json()).toMatchObject([{ id: bench.canvasId }]);
});
