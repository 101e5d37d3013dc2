import { afterEach, expect, test } from "bun:test";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { ModelHost } from "./model-host.ts";
import { MapMemory } from "./testing/map-memory.ts";
import { ask, outcome, TextBench } from "./testing/text-bench.ts";

const bench = new TextBench();
afterEach(() => bench.stop());

const warnings = (logger: RecordingLogger) =>
  logger.entries.filter(({ level }) => level !== "debug").map(({ message }) => message);

test("too little: the ladder is climbed down until it fits, and the next start begins where it worked", async () => {
  const memory = new MapMemory();
  const { engine, logger } = await bench.started({ memory }, "context-at-most=2048");
  expect((await engine.ready()).contextSize).toBe(2048);
  const steps = warnings(logger).filter((message) => message.startsWith("Loading"));
  expect(steps).toEqual([
    "Loading CanvusLocalLLM demo with less, to fit into memory: batch of 32 tokens",
    "Loading CanvusLocalLLM demo with less, to fit into memory: context of 4096 tokens",
    "Loading CanvusLocalLLM demo with less, to fit into memory: context of 2048 tokens",
  ]);
  expect(engine.status()).toMatchObject({ usable: true, crashes: 0 });
  const again = await bench.started({ memory }, "context-at-most=2048");
  expect((await again.engine.ready()).contextSize).toBe(2048);
  expect(warnings(again.logger).filter((message) => message.startsWith("Loading"))).toHaveLength(1);
});

test("a context that was set is not made smaller: it says what to do", async () => {
  const { engine, logger } = await bench.started({ contextSize: 4096 }, "context-at-most=2048");
  expect(await outcome(ask(engine, "hello"))).toBe("OUT_OF_MEMORY");
  expect(engine.status()).toMatchObject({ usable: false, error: { code: "OUT_OF_MEMORY" } });
  expect(warnings(logger).at(-1)).toBe(
    "The model CanvusLocalLLM demo cannot be used: The model does not fit into memory.",
  );
});

test("what cannot fit is not even started", async () => {
  const host = new ModelHost(new RecordingLogger(), async () => ({ ram: 100_000_000, vram: null }));
  const { engine } = await bench.started({ host });
  expect(await outcome(ask(engine, "hello"))).toBe("OUT_OF_MEMORY");
  expect(engine.status()).toMatchObject({ state: "stopped", pid: null });
  expect(engine.status().error?.message).toMatch(/^The model needs at least 1\d\d MB of memory/);
});

test("unloaded when it was idle for long enough, and loaded again for the next request", async () => {
  const { engine, logger } = await bench.started({ keepAliveMs: 20 });
  await engine.ready();
  await logger.logged("Runner is stopped");
  expect(engine.status()).toMatchObject({ usable: true, model: null, error: null });
  expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
});

test("who has to wait for the model is told, and when not any more", async () => {
  const told: boolean[] = [];
  const { engine } = await bench.started({ onWaiting: (isWaiting) => told.push(isWaiting) });
  await engine.ready();
  expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  expect(told).toEqual([true, false]);
});
