import { afterEach, beforeEach, expect, test } from "bun:test";
import { Mailbox } from "../testing/mailbox.ts";
import { Subscription } from "./testing/subscription.ts";
import { note, ROOT, WatcherBench } from "./testing/watcher-bench.ts";

let bench: WatcherBench;

beforeEach(() => {
  bench = new WatcherBench();
});

afterEach(() => bench.stop());

test("subscribes, reconciles with the first frame, then passes on events", async () => {
  expect(bench.watcher.status().state).toBe("stopped");
  bench.watcher.start();
  expect(bench.watcher.status().state).toBe("connecting");
  const stream = await bench.subscriptions.next();
  expect(bench.server.requests[0]?.path).toBe("/api/v1/canvases/c/widgets?subscribe=true");
  stream.frame([ROOT, note("a")]);
  expect(await bench.changes.next()).toBe("first-sight: added root, added a");
  expect(bench.watcher.status()).toMatchObject({
    state: "live",
    widgets: 2,
    lastEventAt: bench.timers.now(),
    reconnects: 0,
  });
  stream.frame([note("a", "edited")]);
  expect(await bench.changes.next()).toBe("event: updated a");
  stream.frame({ id: "a", state: "deleted" });
  expect(await bench.changes.next()).toBe("event: deleted a");
  expect(bench.watcher.widgets.sharedCanvas?.id).toBe("root");
});

test("frames cut anywhere, keep-alives and \\r\\n make no difference", async () => {
  bench.watcher.start();
  const stream = await bench.subscriptions.next();
  const bytes = new TextEncoder().encode(`\n\r\n${JSON.stringify([note("a", "Grüße 👋")])}\r\n\n`);
  for (const byte of bytes) stream.send(Uint8Array.of(byte));
  expect(await bench.changes.next()).toBe("first-sight: added a");
  expect(bench.watcher.widgets.get("a")?.text).toBe("Grüße 👋");
});

test("a lone object as first frame does not wipe the picture", async () => {
  bench.watcher.start();
  const first = await bench.subscriptions.next();
  first.frame([ROOT, note("a"), note("b")]);
  await bench.changes.next();
  first.end();
  await bench.reconnect();
  const second = await bench.subscriptions.next();
  second.frame(note("a", "edited"));
  expect(await bench.changes.next()).toBe("event: updated a");
  expect(bench.watcher.widgets.size).toBe(3);
});

test("a large frame is handed on in batches, all of it in the picture by then, also when it is stopped meanwhile", async () => {
  const sizes: number[] = [];
  const seen: number[] = [];
  const watcher = bench.watch({
    onChanges: (list) => {
      sizes.push(list.length);
      seen.push(watcher.widgets.size);
      void watcher.stop();
    },
  });
  watcher.start();
  const notes = Array.from({ length: 5000 }, (_, n) => note(`n${n}`, "A note like any other. ".repeat(20)));
  (await bench.subscriptions.next()).frame([ROOT, ...notes]);
  await bench.stateIs("stopped");
  expect(Math.max(...sizes)).toBe(100);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5001);
  expect(new Set(seen)).toEqual(new Set([5001]));
});

test("a handler that throws or rejects does not disturb the stream", async () => {
  const seen = new Mailbox<number>();
  let calls = 0;
  const watcher = bench.watch({
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
  const stream = await bench.subscriptions.next();
  for (const text of ["1", "2", "3"]) {
    stream.frame([note("a", text)]);
    await seen.next();
  }
  expect(watcher.status()).toMatchObject({ state: "live", reconnects: 0 });
  expect(bench.logger.text()).toContain("first");
  expect(bench.logger.text()).toContain("second");
});

test("stop ends the request, can be repeated, and leaves no timer", async () => {
  bench.watcher.start();
  bench.watcher.start();
  const stream = await bench.subscriptions.next();
  stream.frame([ROOT]);
  await bench.stateIs("live");
  await Promise.all([bench.watcher.stop(), bench.watcher.stop()]);
  await bench.watcher.stop();
  await stream.closed;
  expect(bench.watcher.status().state).toBe("stopped");
  expect(bench.server.requests).toHaveLength(1);
  expect(bench.timers.pending).toBe(0);
});

test("stop works while connecting and while waiting to reconnect", async () => {
  bench.watcher.start();
  await bench.watcher.stop();
  expect(bench.watcher.status().state).toBe("stopped");
  bench.refusals = [new Response("", { status: 503 }), new Response("", { status: 503 })];
  bench.watcher.start();
  await bench.stateIs("reconnecting");
  await bench.watcher.stop();
  expect(bench.watcher.status().state).toBe("stopped");
  expect(bench.timers.pending).toBe(0);
});

test("a late twin of something we created is deleted when it appears", async () => {
  const deleted = new Mailbox<string>();
  const stream = new Subscription();
  const watcher = bench.watch({
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
