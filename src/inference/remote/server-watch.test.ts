import { expect, test } from "bun:test";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { RemoteTextEngine } from "./remote-text-engine.ts";
import { openAiServer } from "./server.ts";
import { ServerWatch } from "./server-watch.ts";
import type { Route } from "./testing/fake-server.ts";
import { openAiError, vllm } from "./testing/model-servers.ts";
import { clientOf, QUESTION, run, serve } from "./testing/remote-bench.ts";

async function watched(routes: Record<string, Route>, key?: string) {
  const timers = new FakeTimers();
  const server = await serve(routes);
  const { client, logger } = clientOf(openAiServer(server.url, key), { maxRetries: 0 });
  const watch = new ServerWatch({ client, models: ["small-model", "other"], timers, logger });
  const engine = new RemoteTextEngine({ client, model: "small-model", contextSize: 0, logger });
  return { timers, server, client, logger, watch, engine };
}

const messages = (entries: readonly { readonly message: string }[]) => entries.map(({ message }) => message);

test("a server that answers is ready; a name that it does not list is mentioned once", async () => {
  const { timers, watch, engine, logger, server } = await watched(vllm());
  expect(engine.status()).toMatchObject({ state: "starting", usable: false, endpoint: `${server.url}/v1` });
  watch.start();
  expect(await timers.untilScheduled(() => true)).toBe(60_000);
  expect(engine.status()).toMatchObject({ state: "ready", usable: true, name: "small-model", error: null });
  timers.advance(60_000);
  await timers.untilScheduled(() => true);
  expect(messages(logger.entries.filter(({ level }) => level !== "debug"))).toEqual([
    `model server ${server.url}/v1 does not list other; it has small-model`,
    `model server ${server.url}/v1 answers`,
  ]);
  watch.stop();
  expect(timers.pending).toBe(0);
});

test("one that is away or refuses the key is looked for with growing delays, and said once", async () => {
  let isUp = false;
  const routes = vllm({ key: "right" });
  const list: Route = (request) =>
    isUp ? (routes["GET /v1/models"]?.(request) ?? { text: "" }) : openAiError(503, "Loading model", null);
  const { timers, watch, engine, logger } = await watched({ ...routes, "GET /v1/models": list }, "right");
  watch.start();
  const first = await timers.untilScheduled(() => true);
  timers.advance(first);
  const second = await timers.untilScheduled(() => true);
  expect(second).toBeGreaterThan(first);
  expect(engine.status()).toMatchObject({
    state: "failed",
    usable: false,
    error: { code: "REMOTE_UNAVAILABLE" },
  });
  isUp = true;
  timers.advance(second);
  await timers.untilScheduled((ms) => ms === 60_000);
  expect(engine.status()).toMatchObject({ state: "ready", error: null });
  expect(logger.entries.filter(({ level }) => level === "warn")).toHaveLength(1);
  watch.stop();

  const wrong = await watched(routes, "wrong");
  wrong.watch.start();
  await wrong.timers.untilScheduled(() => true);
  expect(wrong.engine.status()).toMatchObject({ usable: false, error: { code: "REMOTE_UNAUTHORIZED" } });
  wrong.watch.stop();
});

test("that it is there does not mend a model that it does not have; an answer does", async () => {
  const { timers, watch, engine, server } = await watched(vllm());
  server.fail(openAiError(404, "The model `small-model` does not exist.", "model_not_found"));
  await engine.generate(QUESTION, run()).catch(() => undefined);
  watch.start();
  await timers.untilScheduled(() => true);
  expect(engine.status()).toMatchObject({ usable: false, error: { code: "REMOTE_MODEL_UNKNOWN" } });
  await engine.generate(QUESTION, run());
  expect(engine.status()).toMatchObject({ usable: true, error: null });
  watch.stop();
});

test("one without a list of models is there all the same", async () => {
  const { timers, watch, engine } = await watched({});
  watch.start();
  await timers.untilScheduled(() => true);
  expect(engine.status().usable).toBe(true);
  watch.stop();
});
