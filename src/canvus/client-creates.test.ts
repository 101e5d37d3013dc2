import { expect, onTestFinished, test } from "bun:test";
import { FakeTimers } from "../testing/fake-timers.ts";
import { rejection } from "../testing/rejection.ts";
import type { CanvusClientOptions } from "./client.ts";
import { type ReceivedRequest, startRawServer, startServer, testClient } from "./testing/test-server.ts";
import type { Widget } from "./widget.ts";

type Fault = (apply: () => Response, board: Board) => Response | Promise<Response>;

/** A canvas that really stores notes; each POST meets the next of the given faults, further ones work. */
class Board {
  readonly notes: Widget[] = [];
  readonly requests: ReceivedRequest[];
  readonly url: string;
  readonly #faults: Fault[];

  constructor(...faults: Fault[]) {
    this.#faults = faults;
    const server = startServer((request) => this.#answer(request));
    this.requests = server.requests;
    this.url = server.url;
  }

  count(method: string): number {
    return this.requests.filter((request) => request.method === method).length;
  }

  #answer({ method, path, body }: ReceivedRequest): Response | Promise<Response> {
    if (method === "GET") return Response.json(this.notes);
    if (method === "DELETE") {
      const index = this.notes.findIndex(({ id }) => path.endsWith(id));
      this.notes.splice(index, 1);
      return new Response("");
    }
    const apply = () => {
      const fields: Record<string, unknown> = JSON.parse(body);
      const note = { ...fields, id: `n${this.notes.length + 1}`, widget_type: "Note" };
      this.notes.push(note);
      return Response.json(note);
    };
    const fault = this.#faults.shift();
    return fault === undefined ? apply() : fault(apply, this);
  }
}

const note = {
  title: "AI answer k3",
  text: "42",
  location: { x: 1, y: 2 },
  size: { width: 300, height: 300 },
};

const create = (board: Board, options: Partial<CanvusClientOptions> = {}) =>
  testClient(board.url, options).client.createNote("c", note);

test("a note is posted once to the typed path", async () => {
  const board = new Board();
  expect(await create(board)).toMatchObject({ id: "n1", ...note });
  expect(board.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /api/v1/canvases/c/notes",
  ]);
});

test("a create that failed after it was applied is found by its title, not repeated", async () => {
  for (const lost of [
    new Response("", { status: 502 }),
    new Response("<html>gateway</html>"),
    new Response(""),
  ]) {
    const board = new Board((apply) => {
      apply();
      return lost;
    });
    expect(await create(board)).toMatchObject({ id: "n1" });
    expect(board.notes).toHaveLength(1);
    expect(board.count("POST")).toBe(1);
  }
});

test("a connection reset after the write was applied makes no second note", async () => {
  const stored: string[] = [];
  const server = await startRawServer((socket, received) => {
    if (received.startsWith("POST")) {
      stored.push(received);
      socket.resetAndDestroy();
      return;
    }
    const body = JSON.stringify([{ ...note, id: "n1", widget_type: "Note" }]);
    socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
  expect(await testClient(server.url).client.createNote("c", note)).toMatchObject({ id: "n1" });
  expect(stored).toHaveLength(1);
});

test("a create that was not applied is repeated after the canvas was searched", async () => {
  const board = new Board(() => new Response("", { status: 503 }));
  expect(await create(board)).toMatchObject({ id: "n1" });
  expect(board.requests.map(({ method }) => method).slice(0, 3)).toEqual(["POST", "GET", "POST"]);
  expect(board.notes).toHaveLength(1);
});

test("a note with the same title that came before, from a failed earlier call, is taken over", async () => {
  const board = new Board((apply) => {
    apply();
    return new Response("", { status: 500 });
  });
  const { client } = testClient(board.url, { maxRetries: 0 });
  // The search finds it even without any repetition allowed.
  expect(await client.createNote("c", note)).toMatchObject({ id: "n1" });
  expect(await client.createNote("c", note)).toMatchObject({ id: "n1" });
  expect(board.count("POST")).toBe(1);
});

test("a refusal is no unknown outcome: nothing is searched or repeated", async () => {
  const board = new Board(() => Response.json({ msg: "Permission denied" }, { status: 403 }));
  expect(await rejection(create(board))).toMatchObject({ code: "CANVUS_FORBIDDEN" });
  expect(board.requests).toHaveLength(1);
});

test("a server that never recovers gives its error after the allowed repetitions", async () => {
  const broken = () => new Response("", { status: 500 });
  const board = new Board(broken, broken, broken, broken);
  expect(await rejection(create(board, { maxRetries: 1 }))).toMatchObject({ code: "CANVUS_SERVER_ERROR" });
  expect(board.count("POST")).toBe(2);
});

test("a create that stalls beyond its timeout is looked for several times before it is repeated", async () => {
  const timers = new FakeTimers();
  let arrived: () => void = () => undefined;
  const posted = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let applyLate: () => void = () => undefined;
  const board = new Board((apply) => {
    applyLate = apply;
    arrived();
    return new Promise(() => undefined);
  });
  const creating = create(board, { timers, retryDelayMs: 1000 });
  await posted;
  timers.advance(30_000);
  timers.advance(await timers.untilScheduled((delayMs) => delayMs <= 1000));
  const secondLook = await timers.untilScheduled((delayMs) => delayMs > 1000 && delayMs <= 2000);
  expect(board.count("GET")).toBe(1);
  applyLate();
  timers.advance(secondLook);
  expect(await creating).toMatchObject({ id: "n1" });
  expect(board.count("POST")).toBe(1);
});

test("of two copies one is kept, the other removed and later ones are known as strays", async () => {
  const board = new Board(() => new Response("", { status: 503 }));
  // The first write arrives while the second is made, as on a server that stalled.
  const late = { ...note, id: "late", widget_type: "Note" };
  const { client } = testClient(board.url);
  const created = client.createNote("c", note);
  const kept = await created;
  board.notes.unshift(late);
  expect(client.isStrayCopy("c", late)).toBe(true);
  expect(client.isStrayCopy("c", kept)).toBe(false);
  expect(client.counters).toEqual({ doubtful: 1, forgotten: 0 });
  expect(client.isStrayCopy("other canvas", late)).toBe(false);
  expect(await client.createNote("c", note)).toMatchObject({ id: "n1" });
  expect(board.notes.map(({ id }) => id)).toEqual(["n1"]);
});

test("after ten minutes a note with the same title is somebody's copy and left alone", async () => {
  const timers = new FakeTimers();
  const board = new Board((apply) => {
    apply();
    return new Response("", { status: 503 });
  });
  const { client } = testClient(board.url, { timers, retryDelayMs: 1000 });
  const creating = client.createNote("c", note);
  timers.advance(await timers.untilScheduled((delayMs) => delayMs <= 1000));
  await creating;
  const copy = { ...note, id: "copy", widget_type: "Note" };
  expect(client.isStrayCopy("c", copy)).toBe(true);
  timers.advance(10 * 60_000 + 1);
  expect(client.isStrayCopy("c", copy)).toBe(false);
});

test("an image goes up as json and data, and is found again by its title", async () => {
  const parts: FormData[] = [];
  const images: Record<string, unknown>[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (request.method === "GET") return Response.json(images);
      const form = await request.formData();
      parts.push(form);
      images.push({ ...JSON.parse(String(form.get("json"))), id: "i1", widget_type: "Image", hash: "" });
      return new Response("", { status: 502 });
    },
  });
  onTestFinished(() => server.stop(true));
  const { client } = testClient(`http://127.0.0.1:${server.port}`);
  const data = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
  const image = {
    title: "AI picture k3",
    location: { x: 5, y: 6 },
    size: { width: 512, height: 512 },
    scale: 1,
    depth: 3,
  };
  expect(await client.uploadImage("c", { ...image, data, filename: "picture.png" })).toMatchObject({
    id: "i1",
    ...image,
    original_filename: "picture.png",
  });
  expect(parts).toHaveLength(1);
  const file = parts[0]?.get("data");
  if (!(file instanceof File)) throw new Error("no file was sent");
  expect([file.name, file.type]).toEqual(["picture.png", "image/png"]);
  expect(await file.bytes()).toEqual(data);
});

test("a create that an earlier process may have sent is looked for first; a late twin of it is a stray", async () => {
  const board = new Board();
  const { client } = testClient(board.url);
  client.expectTwins("c", note.title, null);
  const created = await client.createNote("c", note);
  expect(board.requests.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
  expect(client.isStrayCopy("c", created)).toBe(false);
  expect(client.isStrayCopy("c", { ...created, id: "twin" })).toBe(true);
});

test("what an earlier process created is taken over, not created again", async () => {
  const board = new Board();
  board.notes.push({ ...note, id: "earlier", widget_type: "Note" });
  const { client } = testClient(board.url);
  client.expectTwins("c", note.title, null);
  expect(await client.createNote("c", note)).toMatchObject({ id: "earlier" });
  expect(board.count("POST")).toBe(0);
});

test("of a disowned title every widget is a stray", () => {
  const { client } = testClient("http://127.0.0.1:1");
  client.disown("c", note.title);
  expect(client.isStrayCopy("c", { ...note, id: "any", widget_type: "Note" })).toBe(true);
  expect(client.isStrayCopy("c", { ...note, title: "other", id: "any", widget_type: "Note" })).toBe(false);
});

test("a write on its way is not cut off by an abort, only not repeated", async () => {
  const abort = new AbortController();
  const board = new Board((apply) => {
    abort.abort();
    return apply();
  });
  const { client } = testClient(board.url);
  expect(await client.createNote("c", note, abort.signal)).toMatchObject({ id: "n1" });
  expect(await rejection(client.createNote("c", note, abort.signal))).toMatchObject({ code: "CANCELLED" });
  const widget = { id: "n1", widget_type: "Note" };
  expect(await rejection(client.patchWidget("c", widget, { text: "x" }, abort.signal))).toMatchObject({
    code: "CANCELLED",
  });
  expect(board.requests.map(({ method }) => method)).toEqual(["POST"]);
});
