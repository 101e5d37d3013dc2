import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  CanvasWatcher,
  type CanvasWatcherOptions,
  type WatcherState,
  type WatcherStatus,
} from "./canvas-watcher.ts";
import { FakeTimers } from "./testing/fake-timers.ts";
import { RecordingLogger } from "./testing/recording-logger.ts";
import { startServer, type TestServer, testClient } from "./testing/test-server.ts";

/** One subscription as the server sees it. */
class Subscription {
  readonly response: Response;
  readonly closed: Promise<void>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => resolve(),
    });
    this.response = new Response(body, { headers: { "content-type": "application/json" } });
  }

  send(text: string | Uint8Array): void {
    this.#controller?.enqueue(typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  frame(value: unknown): void {
    this.send(`${JSON.stringify(value)}\n`);
  }

  end(): void {
    this.#controller?.close();
  }
}

/** Values in the order they came; `next` waits for the first one nobody took yet. */
class Mailbox<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  put(value: T): void {
    const waiter = this.#waiting.shift();
    if (waiter) waiter(value);
    else this.#values.push(value);
  }

  next(): Promise<T> {
    const value = this.#values.shift();
    return value === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(value);
  }

  async until(accepts: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = await this.next();
      if (accepts(value)) return value;
    }
  }
}

const root = { id: "root", widget_type: "SharedCanvas", size: { width: 9600, height: 5400 } };
const note = (id: string, text = id) => ({ id, widget_type: "Note", parent_id: "root", text, title: "" });

let timers: FakeTimers;
let subscriptions: Mailbox<Subscription>;
let changes: Mailbox<string>;
let states: Mailbox<WatcherStatus>;
let refusals: Response[];
let server: TestServer;
let watcher: CanvasWatcher;
let logger: RecordingLogger;

function watch(options: Partial<CanvasWatcherOptions> = {}): CanvasWatcher {
  return new CanvasWatcher({
    client: testClient(server.url, { timers }).client,
    canvasId: "c",
    name: "Board",
    idleTimeoutMs: 60_000,
    onChanges: (list, origin) => {
      changes.put(`${origin}: ${list.map(({ kind, widget }) => `${kind} ${widget.id}`).join(", ")}`);
    },
    onStateChange: (status) => states.put(status),
    timers,
    logger,
    ...options,
  });
}

const stateIs = (state: WatcherState) => states.until((status) => status.state === state);

/** Lets the pending reconnect happen and returns how long it was waited for. */
async function reconnect(
  accepts: (delayMs: number) => boolean = (delayMs) => delayMs <= 30_000,
): Promise<number> {
  const delayMs = await timers.untilScheduled((ms) => ms !== 60_000 && accepts(ms));
  timers.advance(delayMs);
  return delayMs;
}

beforeEach(() => {
  timers = new FakeTimers();
  subscriptions = new Mailbox();
  changes = new Mailbox();
  states = new Mailbox();
  refusals = [];
  logger = new RecordingLogger();
  server = startServer(({ method }) => {
    if (method === "DELETE") return new Response("");
    const refusal = refusals.shift();
    if (refusal) return refusal;
    const subscription = new Subscription();
    subscriptions.put(subscription);
    return subscription.response;
  });
  watcher = watch();
});

afterEach(async () => {
  await watcher.stop();
  await server.stop();
});

test("subscribes, reconciles with the first frame, then passes on events", async () => {
  expect(watcher.status().state).toBe("stopped");
  watcher.start();
  expect(watcher.status().state).toBe("connecting");
  const stream = await subscriptions.next();
  expect(server.requests[0]?.path).toBe("/api/v1/canvases/c/widgets?subscribe=true");
  stream.frame([root, note("a")]);
  expect(await changes.next()).toBe("first-sight: added root, added a");
  expect(watcher.status()).toMatchObject({
    state: "live",
    widgets: 2,
    lastEventAt: timers.now(),
    reconnects: 0,
  });
  stream.frame([note("a", "edited")]);
  expect(await changes.next()).toBe("event: updated a");
  stream.frame({ id: "a", state: "deleted" });
  expect(await changes.next()).toBe("event: deleted a");
  expect(watcher.widgets.sharedCanvas?.id).toBe("root");
});

test("frames cut anywhere, keep-alives and \\r\\n make no difference", async () => {
  watcher.start();
  const stream = await subscriptions.next();
  const bytes = new TextEncoder().encode(`\n\r\n${JSON.stringify([note("a", "Grüße 👋")])}\r\n\n`);
  for (const byte of bytes) stream.send(Uint8Array.of(byte));
  expect(await changes.next()).toBe("first-sight: added a");
  expect(watcher.widgets.get("a")?.text).toBe("Grüße 👋");
});

test("after a lost connection the new snapshot gives only the differences", async () => {
  watcher.start();
  const first = await subscriptions.next();
  first.frame([root, note("a"), note("b")]);
  await changes.next();
  first.end();
  expect(await stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_UNREACHABLE" } });
  await reconnect();
  const second = await subscriptions.next();
  second.frame([root, note("b", "edited meanwhile"), note("new")]);
  expect(await changes.next()).toBe("snapshot: updated b, added new, deleted a");
  expect(watcher.status()).toMatchObject({ state: "live", reconnects: 1 });
  expect(watcher.status()).not.toHaveProperty("error");
});

test("the back-off grows from one second to thirty and starts anew after a good frame", async () => {
  refusals = Array.from({ length: 7 }, () => new Response("", { status: 503 }));
  watcher.start();
  const delays: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await stateIs("reconnecting");
    delays.push(await reconnect());
  }
  delays.forEach((delayMs, attempt) => {
    const full = Math.min(30_000, 1000 * 2 ** attempt);
    expect(delayMs).toBeGreaterThanOrEqual(full / 2);
    expect(delayMs).toBeLessThanOrEqual(full);
  });
  const stream = await subscriptions.next();
  stream.frame([]);
  await stateIs("live");
  stream.end();
  await stateIs("reconnecting");
  expect(await reconnect()).toBeLessThanOrEqual(1000);
});

test("keep-alives hold a silent canvas for as long as one likes", async () => {
  watcher.start();
  const stream = await subscriptions.next();
  stream.frame([root]);
  await stateIs("live");
  for (let seconds = 0; seconds < 360; seconds += 15) {
    timers.advance(15_000);
    const rearmed = timers.untilScheduled(
      (delayMs, at) => delayMs === 60_000 && at === timers.monotonicNow() + 60_000,
    );
    stream.send("\n");
    await rearmed;
  }
  expect(watcher.status()).toMatchObject({ state: "live", reconnects: 0 });
});

test("without even keep-alives the connection is dropped after the idle time", async () => {
  watcher.start();
  const stream = await subscriptions.next();
  stream.frame([root]);
  await stateIs("live");
  timers.advance(59_999);
  expect(watcher.status().state).toBe("live");
  timers.advance(1);
  expect(await stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_TIMEOUT" } });
  await stream.closed;
  await reconnect();
  (await subscriptions.next()).frame([root, note("a")]);
  expect(await changes.until((text) => text.includes("added a"))).toBe("snapshot: added a");
});

test("a garbled line reconnects and says so", async () => {
  watcher.start();
  const stream = await subscriptions.next();
  stream.frame([root, note("a")]);
  await stateIs("live");
  stream.send('[{"id":"a","text":"half\n');
  expect(await stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_PROTOCOL" } });
  await stream.closed;
  expect(watcher.widgets.size).toBe(2);
});

test("a web page instead of a stream is no stream", async () => {
  refusals = [new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } })];
  watcher.start();
  expect(await stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_PROTOCOL" } });
});

test("a lone object as first frame does not wipe the picture", async () => {
  watcher.start();
  const first = await subscriptions.next();
  first.frame([root, note("a"), note("b")]);
  await changes.next();
  first.end();
  await reconnect();
  const second = await subscriptions.next();
  second.frame(note("a", "edited"));
  expect(await changes.next()).toBe("event: updated a");
  expect(watcher.widgets.size).toBe(3);
});

test("a large frame is handed on in batches, all of it in the picture by then, also when it is stopped meanwhile", async () => {
  const sizes: number[] = [];
  const seen: number[] = [];
  watcher = watch({
    onChanges: (list) => {
      sizes.push(list.length);
      seen.push(watcher.widgets.size);
      void watcher.stop();
    },
  });
  watcher.start();
  const notes = Array.from({ length: 5000 }, (_, n) => note(`n${n}`, "A note like any other. ".repeat(20)));
  (await subscriptions.next()).frame([root, ...notes]);
  await stateIs("stopped");
  expect(Math.max(...sizes)).toBe(100);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5001);
  expect(new Set(seen)).toEqual(new Set([5001]));
});

test("401 is given up with a clear error; start tries again", async () => {
  refusals = [Response.json({ msg: "Invalid token" }, { status: 401 })];
  watcher.start();
  const status = await stateIs("failed");
  expect(status.error).toMatchObject({
    code: "CANVUS_UNAUTHORIZED",
    message: expect.stringContaining("Invalid token"),
    hint: expect.stringContaining("CANVUS_API_KEY"),
  });
  await watcher.stop();
  watcher.start();
  (await subscriptions.next()).frame([]);
  expect(await stateIs("live")).not.toHaveProperty("error");
});

test.each([
  [403, "CANVUS_FORBIDDEN"],
  [404, "CANVUS_NOT_FOUND"],
])("%i is shown and looked at again once a minute", async (status, code) => {
  refusals = [Response.json({ msg: "no" }, { status })];
  watcher.start();
  expect(await stateIs("reconnecting")).toMatchObject({ error: { code } });
  timers.advance(59_999);
  expect(server.requests).toHaveLength(1);
  timers.advance(1);
  (await subscriptions.next()).frame([root]);
  await stateIs("live");
});

test("a handler that throws or rejects does not disturb the stream", async () => {
  const seen = new Mailbox<number>();
  let calls = 0;
  watcher = watch({
    onChanges: () => {
      calls += 1;
      seen.put(calls);
      if (calls === 1) throw new Error("first");
      return Promise.reject(new Error("second"));
    },
    onStateChange: () => {
      throw new Error("listener");
    },
  });
  watcher.start();
  const stream = await subscriptions.next();
  for (const text of ["1", "2", "3"]) {
    stream.frame([note("a", text)]);
    await seen.next();
  }
  expect(watcher.status()).toMatchObject({ state: "live", reconnects: 0 });
  expect(logger.text()).toContain("first");
  expect(logger.text()).toContain("second");
});

test("stop ends the request, can be repeated, and leaves no timer", async () => {
  watcher.start();
  watcher.start();
  const stream = await subscriptions.next();
  stream.frame([root]);
  await stateIs("live");
  await Promise.all([watcher.stop(), watcher.stop()]);
  await watcher.stop();
  await stream.closed;
  expect(watcher.status().state).toBe("stopped");
  expect(server.requests).toHaveLength(1);
  expect(timers.pending).toBe(0);
});

test("stop works while connecting and while waiting to reconnect", async () => {
  watcher.start();
  await watcher.stop();
  expect(watcher.status().state).toBe("stopped");
  refusals = [new Response("", { status: 503 }), new Response("", { status: 503 })];
  watcher.start();
  await stateIs("reconnecting");
  await watcher.stop();
  expect(watcher.status().state).toBe("stopped");
  expect(timers.pending).toBe(0);
});

test("a late twin of something we created is deleted when it appears", async () => {
  const deleted = new Mailbox<string>();
  const stream = new Subscription();
  watcher = watch({
    client: {
      openWidgetStream: async () => {
        const { body } = stream.response;
        if (body === null) throw new Error("no body");
        return body;
      },
      isStrayCopy: (canvasId, widget) => canvasId === "c" && widget.id === "twin",
      deleteWidget: async (_canvasId, widget) => deleted.put(widget.id),
    },
  });
  watcher.start();
  stream.frame([note("kept"), note("twin")]);
  expect(await deleted.next()).toBe("twin");
});
