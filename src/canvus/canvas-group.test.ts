import { afterEach, beforeEach, expect, test } from "bun:test";
import type { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { CanvasGroup } from "./canvas-group.ts";
import { CanvusClient } from "./client.ts";

const TOKEN = "group-token";
let simulator: Simulator;
let group: CanvasGroup | undefined;

beforeEach(async () => {
  const canvases = [
    { id: "one", name: "Board one" },
    { id: "two", name: "Board two" },
  ];
  simulator = await startSimulator({ port: 0, token: TOKEN, seed: "empty", canvases });
});

afterEach(async () => {
  await group?.stop();
  await simulator.stop();
});

/** A group over the simulator; `live` resolves with the id of each canvas that comes up. */
function watch(references: string[], changes: { token?: string; baseUrl?: string } = {}) {
  const logger = new RecordingLogger();
  const timers = new FakeTimers();
  const client = new CanvusClient({
    baseUrl: changes.baseUrl ?? simulator.url,
    credentials: { token: changes.token ?? TOKEN },
    tls: { allowSelfSigned: false },
    requestTimeoutMs: 5000,
    maxDownloadBytes: 1000,
    maxRetries: 0,
    retryDelayMs: 1,
    logger,
  });
  const live: string[] = [];
  const reached = Promise.withResolvers<void>();
  group = new CanvasGroup({
    client,
    references,
    idleTimeoutMs: 60_000,
    timers,
    logger,
    onCanvas: async () => {},
    onChanges: () => {},
    onAvailable: (canvasId, available) => {
      if (!available) return;
      live.push(canvasId);
      if (live.length === new Set(references).size) reached.resolve();
    },
  });
  return { group, live, reached: reached.promise, timers };
}

test("canvases are found by id, by name and by link, and come up", async () => {
  const { group, live, reached } = watch(["one", "Board two"]);
  await group.start();
  await reached;
  expect(live.sort()).toEqual(["one", "two"]);
  expect(group.status().map(({ name, state }) => [name, state])).toEqual([
    ["Board one", "live"],
    ["Board two", "live"],
  ]);
});

test("two references to one canvas watch it once", async () => {
  const { group } = watch(["one", "Board one"]);
  await group.start();
  expect(group.status().map(({ canvasId }) => canvasId)).toEqual(["one"]);
});

test("a wrong key ends the start", async () => {
  const { group } = watch(["one"], { token: "wrong" });
  const error: AppError = await group.start().then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error.code).toBe("CANVUS_UNAUTHORIZED");
});

test("one canvas that is not there does not keep the others from being watched, and is named", async () => {
  const { group } = watch(["one", "Planning"]);
  await group.start();
  const missing = group.status().find(({ canvasId }) => canvasId === null);
  expect(missing).toMatchObject({
    name: "Planning",
    state: "resolving",
    error: { code: "CANVUS_CANVAS_UNKNOWN" },
  });
});

test("none of them there ends the start", async () => {
  const { group } = watch(["Planning"]);
  expect(await group.start().catch((error) => error.code)).toBe("CANVUS_CANVAS_UNKNOWN");
});

test("a server that does not answer is waited for, and found when it is there", async () => {
  const { url } = simulator;
  const port = Number(new URL(url).port);
  await simulator.stop();
  const { group, reached, timers } = watch(["one"], { baseUrl: url });
  await group.start();
  expect(group.status()[0]).toMatchObject({ state: "resolving", error: { code: "CANVUS_UNREACHABLE" } });
  simulator = await startSimulator({ port, token: TOKEN, seed: "empty", canvases: [{ id: "one" }] });
  timers.advance(2000);
  await reached;
  expect(group.status()[0]?.state).toBe("live");
});
