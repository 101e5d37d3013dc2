import { expect, onTestFinished, test } from "bun:test";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nanoid } from "nanoid";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { TestBench } from "../simulator/testing/test-bench.ts";
import { Changes } from "../testing/changes.ts";
import { rejection } from "../testing/rejection.ts";
import { systemTimers } from "../timers.ts";
import { CanvasWatcher } from "./canvas-watcher.ts";
import { CanvusClient, type CanvusClientOptions } from "./client.ts";
import { resolveCanvas } from "./resolve-canvas.ts";

const logger = new RecordingLogger();

async function start(options: Parameters<typeof TestBench.start>[0] = {}): Promise<TestBench> {
  const bench = await TestBench.start(options);
  onTestFinished(() => bench.simulator.stop());
  return bench;
}

function connect(bench: TestBench, options: Partial<CanvusClientOptions> = {}): CanvusClient {
  return new CanvusClient({
    baseUrl: bench.simulator.url,
    credentials: { token: bench.simulator.token },
    tls: { allowSelfSigned: false },
    requestTimeoutMs: 5000,
    maxDownloadBytes: 1024 * 1024,
    maxRetries: 3,
    retryDelayMs: 1,
    logger,
    ...options,
  });
}

/** Watches the bench's canvas; `until` resolves as soon as the picture is as wished. */
function watch(bench: TestBench, client: CanvusClient) {
  const seen = new Changes();
  const deleted: string[] = [];
  const watcher = new CanvasWatcher({
    client,
    canvasId: bench.canvasId,
    name: "Board",
    idleTimeoutMs: 60_000,
    onChanges: (changes) => {
      deleted.push(
        ...changes.flatMap(({ kind, widget }) => (kind === "deleted" ? (widget.title ?? "") : [])),
      );
      seen.happened();
    },
    onStateChange: () => seen.happened(),
    // The waits between connections are cut short, everything else is real.
    timers: { ...systemTimers, schedule: (ms, run) => systemTimers.schedule(ms <= 30_000 ? 1 : ms, run) },
    logger,
  });
  onTestFinished(() => watcher.stop());
  const until = (accepts: () => boolean) => seen.until(accepts);
  return { watcher, until, deleted };
}

const note = {
  title: "AI answer k1",
  text: "forty-two",
  location: { x: 10, y: 20 },
  size: { width: 300, height: 300 },
};
const colors = { background_color: "#fff2b3ff", text_color: "#000000ff" };

test("finds its canvas, reads it, writes a note, changes its colours and deletes it", async () => {
  const bench = await start({ seed: "demo" });
  const client = connect(bench);
  expect((await client.serverInfo()).api).toContain("v1.2");
  const [canvas] = await client.listCanvases();
  expect(await resolveCanvas(client, canvas?.name ?? "")).toMatchObject({ id: bench.canvasId });
  expect(await resolveCanvas(client, `${bench.simulator.url}/open/${bench.canvasId}`)).toMatchObject({
    name: canvas?.name,
  });
  const before = await client.listWidgets(bench.canvasId);
  expect(before.some(({ widget_type }) => widget_type === "SharedCanvas")).toBe(true);
  const created = await client.createNote(bench.canvasId, { ...note, scale: 0.5, depth: 7 });
  expect(await client.getWidget(bench.canvasId, created.id)).toMatchObject({ ...note, scale: 0.5, depth: 7 });
  expect(await client.patchWidget(bench.canvasId, created, { text: "x", ...colors })).toMatchObject({
    text: "x",
    ...colors,
  });
  await client.deleteWidget(bench.canvasId, created);
  await client.deleteWidget(bench.canvasId, created);
  expect(await client.listWidgets(bench.canvasId)).toHaveLength(before.length);
});

test("a strict server takes a new background for a note of people, too", async () => {
  const bench = await start();
  const theirs = await bench.widget("POST", "notes", { text: "mine", auto_text_color: true });
  const patched = await connect(bench).patchWidget(bench.canvasId, theirs, { background_color: "#102030ff" });
  expect(patched).toMatchObject({
    auto_text_color: false,
    background_color: "#102030ff",
    text_color: "#ffffffff",
  });
});

test("uploads a picture and downloads it again once it has a hash", async () => {
  const bench = await start();
  const client = connect(bench);
  const { watcher, until } = watch(bench, client);
  watcher.start();
  await until(() => watcher.status().state === "live");
  // A PNG of one grey pixel.
  const data = Uint8Array.fromBase64(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  );
  const image = {
    title: "AI picture k1",
    location: { x: 1, y: 2 },
    size: { width: 512, height: 512 },
    scale: 1,
    depth: 2,
  };
  const uploaded = await client.uploadImage(bench.canvasId, { ...image, data, filename: "k1.png" });
  expect(uploaded).toMatchObject({ ...image, widget_type: "Image", original_filename: "k1.png" });
  await until(() => (watcher.widgets.get(uploaded.id)?.hash ?? "") !== "");
  const path = join(tmpdir(), `cll-download-${nanoid()}`);
  await client.download(bench.canvasId, uploaded, path);
  expect(await Bun.file(path).bytes()).toEqual(data);
  await rm(path);
});

test.each([
  { kind: "reset", when: "after", method: "POST", count: 1 },
  { kind: "reset", when: "before", method: "POST", count: 1 },
  { kind: "status", status: 503, when: "after", method: "POST", count: 1 },
  { kind: "status", status: 200, body: "<html>proxy</html>", when: "after", method: "POST", count: 1 },
  { kind: "status", status: 500, rate: 0.5 },
])("exactly one note whatever happens to the request: %j", async (fault) => {
  const bench = await start();
  await bench.faults(fault);
  const created = await connect(bench).createNote(bench.canvasId, note);
  await bench.fetch("/_sim/faults", { method: "DELETE" });
  const notes = await connect(bench).findByTitle(bench.canvasId, "Note", note.title);
  expect(notes.map(({ id }) => id)).toEqual([created.id]);
});

test("a write that stalls past its timeout and is applied late leaves one note all the same", async () => {
  const bench = await start();
  const client = connect(bench, { requestTimeoutMs: 250 });
  const { watcher, until, deleted } = watch(bench, client);
  watcher.start();
  await until(() => watcher.status().state === "live");
  const { added } = await bench.faults({ kind: "stall", method: "POST", count: 1 });
  const created = await client.createNote(bench.canvasId, note);
  await bench.fetch(`/_sim/faults?id=${String(added)}`, { method: "DELETE" });
  await until(() => deleted.length > 0);
  expect(deleted).toEqual([note.title]);
  const notes = await client.findByTitle(bench.canvasId, "Note", note.title);
  expect(notes.map(({ id }) => id)).toEqual([created.id]);
});

test.each([
  [{ kind: "stream-split", bytes: 0 }],
  [{ kind: "stream-split", bytes: 3, gap_ms: 0 }],
  [{ kind: "stream-format", line_ending: "crlf", deletions: "minimal", deltas: "object" }],
  [{ kind: "stream-drop", mode: "mid-frame" }],
  [{ kind: "stream-drop", mode: "reset" }],
  [{ kind: "stream-drop", mode: "end" }],
  [{ kind: "stream-garble", count: 1 }],
])("the picture ends up right whatever happens to the stream: %j", async (fault) => {
  const bench = await start();
  const client = connect(bench);
  const { watcher, until } = watch(bench, client);
  const doomed = await bench.widget("POST", "notes", { text: "doomed" });
  watcher.start();
  await until(() => watcher.status().state === "live");
  await bench.faults(fault);
  const kept = await bench.widget("POST", "notes", { text: "Grüße 👋" });
  await bench.widget("POST", "notes", { text: "child", parent_id: doomed.id });
  await bench.canvas("DELETE", `notes/${doomed.id}`);
  await bench.widget("PATCH", `notes/${kept.id}`, { text: "東京 👋" });
  await until(
    () => watcher.widgets.get(kept.id)?.text === "東京 👋" && watcher.widgets.get(doomed.id) === undefined,
  );
  const listed = await client.listWidgets(bench.canvasId);
  expect(Object.fromEntries([...watcher.widgets.all()].map((widget) => [widget.id, widget]))).toEqual(
    Object.fromEntries(listed.map((widget) => [widget.id, widget])),
  );
});

test("logs in, and in again when the token is taken away under an open stream", async () => {
  const user = { email: "bot@example.org", password: "pass-w0rd!" };
  const bench = await start({ user });
  const log = new RecordingLogger();
  const client = connect(bench, { credentials: user, logger: log });
  const { watcher, until } = watch(bench, client);
  watcher.start();
  await until(() => watcher.status().state === "live");
  await bench.faults({ kind: "status", status: 401, subscribe: true, count: 1 });
  await bench.faults({ kind: "stream-drop" });
  await until(() => watcher.status().reconnects > 0 && watcher.status().state === "live");
  expect(watcher.status()).not.toHaveProperty("error");
  // Both login tokens are secrets that no setting knew.
  expect(new Set(log.concealed).size).toBe(2);
  for (const token of log.concealed) expect(log.text()).not.toContain(token);
});

test("a wrong token, a view-only token and an unknown canvas are three different clear errors", async () => {
  const bench = await start({ viewOnlyTokens: ["view-token"] });
  expect(await rejection(connect(bench, { credentials: { token: "wrong" } }).listCanvases())).toMatchObject({
    code: "CANVUS_UNAUTHORIZED",
  });
  const viewer = connect(bench, { credentials: { token: "view-token" } });
  expect(await rejection(resolveCanvas(viewer, bench.canvasId))).toMatchObject({ code: "CANVUS_FORBIDDEN" });
  expect(await rejection(viewer.createNote(bench.canvasId, note))).toMatchObject({
    code: "CANVUS_FORBIDDEN",
  });
  expect(await rejection(resolveCanvas(connect(bench), crypto.randomUUID()))).toMatchObject({
    code: "CANVUS_CANVAS_UNKNOWN",
  });
});
