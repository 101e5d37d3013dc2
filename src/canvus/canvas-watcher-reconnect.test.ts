import { afterEach, beforeEach, expect, test } from "bun:test";
import { note, ROOT, WatcherBench } from "./testing/watcher-bench.ts";

let bench: WatcherBench;

beforeEach(() => {
  bench = new WatcherBench();
});

afterEach(() => bench.stop());

test("after a lost connection the new snapshot gives only the differences", async () => {
  bench.watcher.start();
  const first = await bench.subscriptions.next();
  first.frame([ROOT, note("a"), note("b")]);
  await bench.changes.next();
  first.end();
  expect(await bench.stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_UNREACHABLE" } });
  await bench.reconnect();
  const second = await bench.subscriptions.next();
  second.frame([ROOT, note("b", "edited meanwhile"), note("new")]);
  expect(await bench.changes.next()).toBe("snapshot: updated b, added new, deleted a");
  expect(bench.watcher.status()).toMatchObject({ state: "live", reconnects: 1 });
  expect(bench.watcher.status()).not.toHaveProperty("error");
});

test("the back-off grows from one second to thirty and starts anew after a good frame", async () => {
  bench.refusals = Array.from({ length: 7 }, () => new Response("", { status: 503 }));
  bench.watcher.start();
  const delays: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await bench.stateIs("reconnecting");
    delays.push(await bench.reconnect());
  }
  delays.forEach((delayMs, attempt) => {
    const full = Math.min(30_000, 1000 * 2 ** attempt);
    expect(delayMs).toBeGreaterThanOrEqual(full / 2);
    expect(delayMs).toBeLessThanOrEqual(full);
  });
  const stream = await bench.subscriptions.next();
  stream.frame([]);
  await bench.stateIs("live");
  stream.end();
  await bench.stateIs("reconnecting");
  expect(await bench.reconnect()).toBeLessThanOrEqual(1000);
});

test("keep-alives hold a silent canvas for as long as one likes", async () => {
  bench.watcher.start();
  const stream = await bench.subscriptions.next();
  stream.frame([ROOT]);
  await bench.stateIs("live");
  for (let seconds = 0; seconds < 360; seconds += 15) {
    bench.timers.advance(15_000);
    const rearmed = bench.timers.untilScheduled(
      (delayMs, at) => delayMs === 60_000 && at === bench.timers.monotonicNow() + 60_000,
    );
    stream.send("\n");
    await rearmed;
  }
  expect(bench.watcher.status()).toMatchObject({ state: "live", reconnects: 0 });
});

test("without even keep-alives the connection is dropped after the idle time", async () => {
  bench.watcher.start();
  const stream = await bench.subscriptions.next();
  stream.frame([ROOT]);
  await bench.stateIs("live");
  bench.timers.advance(59_999);
  expect(bench.watcher.status().state).toBe("live");
  bench.timers.advance(1);
  expect(await bench.stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_TIMEOUT" } });
  await stream.closed;
  await bench.reconnect();
  (await bench.subscriptions.next()).frame([ROOT, note("a")]);
  expect(await bench.changes.until((text) => text.includes("added a"))).toBe("snapshot: added a");
});

test("a garbled line reconnects and says so", async () => {
  bench.watcher.start();
  const stream = await bench.subscriptions.next();
  stream.frame([ROOT, note("a")]);
  await bench.stateIs("live");
  stream.send('[{"id":"a","text":"half\n');
  expect(await bench.stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_PROTOCOL" } });
  await stream.closed;
  expect(bench.watcher.widgets.size).toBe(2);
});

test("a web page instead of a stream is no stream", async () => {
  bench.refusals = [new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } })];
  bench.watcher.start();
  expect(await bench.stateIs("reconnecting")).toMatchObject({ error: { code: "CANVUS_PROTOCOL" } });
});

test("401 is given up with a clear error; start tries again", async () => {
  bench.refusals = [Response.json({ msg: "Invalid token" }, { status: 401 })];
  bench.watcher.start();
  const status = await bench.stateIs("failed");
  expect(status.error).toMatchObject({
    code: "CANVUS_UNAUTHORIZED",
    message: expect.stringContaining("Invalid token"),
    hint: expect.stringContaining("CANVUS_API_KEY"),
  });
  await bench.watcher.stop();
  bench.watcher.start();
  (await bench.subscriptions.next()).frame([]);
  expect(await bench.stateIs("live")).not.toHaveProperty("error");
});

test.each([
  [403, "CANVUS_FORBIDDEN"],
  [404, "CANVUS_NOT_FOUND"],
])("%i is shown and looked at again once a minute", async (status, code) => {
  bench.refusals = [Response.json({ msg: "no" }, { status })];
  bench.watcher.start();
  expect(await bench.stateIs("reconnecting")).toMatchObject({ error: { code } });
  bench.timers.advance(59_999);
  expect(bench.server.requests).toHaveLength(1);
  bench.timers.advance(1);
  (await bench.subscriptions.next()).frame([ROOT]);
  await bench.stateIs("live");
});
