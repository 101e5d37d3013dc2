import { afterEach, describe, expect, test } from "bun:test";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { ModelHost } from "./model-host.ts";
import { MAX_COUNTED_TEXTS } from "./runner-work.ts";
import { ask, outcome, TextBench } from "./testing/text-bench.ts";

const bench = new TextBench();
afterEach(() => bench.stop());

describe("answering", () => {
  test("requests wait while the model loads, then are answered, with the text in pieces", async () => {
    const { engine } = await bench.started();
    const pieces: string[] = [];
    const result = await ask(engine, "hello", undefined, (piece) => pieces.push(piece));
    expect(result.text).toBe("echo: hello");
    expect(pieces).toEqual(["echo: hello"]);
    expect(result.metrics.load_ms).toBeGreaterThan(0);
    expect((await ask(engine, "again")).metrics.load_ms).toBe(0);
    expect(engine.status()).toMatchObject({ state: "ready", queued: 0, active: 0, crashes: 0, error: null });
  });

  test("no more are in work than allowed, the rest wait in order, and too many are turned away", async () => {
    const { engine } = await bench.started({ maxConcurrent: 1, maxQueue: 2 });
    await engine.ready();
    const working = new AbortController();
    const first = outcome(ask(engine, "wait", working.signal));
    const second = outcome(ask(engine, "second"));
    const third = outcome(ask(engine, "third"));
    expect(engine.status()).toMatchObject({ active: 1, queued: 2 });
    expect(await outcome(ask(engine, "fourth"))).toBe("QUEUE_FULL");
    working.abort();
    expect(await Promise.all([first, second, third])).toEqual(["CANCELLED", "echo: second", "echo: third"]);
  });

  test("cancelling works while a request waits and before it is made", async () => {
    const { engine } = await bench.started({ maxConcurrent: 1 });
    const abort = new AbortController();
    const waiting = outcome(ask(engine, "hello", abort.signal));
    abort.abort();
    expect(await waiting).toBe("CANCELLED");
    expect(engine.status().queued).toBe(0);
    expect(await outcome(ask(engine, "hello", abort.signal))).toBe("CANCELLED");
  });

  test("tokens are counted by the model itself, as many texts as one message may hold", async () => {
    const { engine } = await bench.started();
    const { signal } = new AbortController();
    expect(await engine.countTokens(["four", "", "characters"], { signal })).toEqual([4, 0, 10]);
    expect(await engine.contextSize()).toBe(8192);
    const tooMany = Array.from({ length: MAX_COUNTED_TEXTS + 1 }, () => "");
    expect(await engine.countTokens(tooMany, { signal }).catch(({ code }) => code)).toBe("INTERNAL");
  });

  test("one failed request says so and harms no other", async () => {
    const { engine } = await bench.started();
    expect(await outcome(ask(engine, "fail"))).toBe("INFERENCE_FAILED");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });
});

describe("stopping", () => {
  test("ends a process that ignores everything, and what waits is cancelled", async () => {
    const { engine } = await bench.started({ maxConcurrent: 1 }, "stubborn");
    await engine.ready();
    const results = ["wait", "hello"].map((prompt) => outcome(ask(engine, prompt)));
    const { pid } = engine.status();
    await engine.stop();
    expect(await Promise.all(results)).toEqual(["CANCELLED", "CANCELLED"]);
    expect(() => process.kill(pid ?? 0, 0)).toThrow();
    expect(await outcome(ask(engine, "hello"))).toBe("CANCELLED");
  });

  test("is over when the GPU has its memory back", async () => {
    const asked = Promise.withResolvers<number>();
    const released = Promise.withResolvers<void>();
    const host = new ModelHost(
      new RecordingLogger(),
      async () => ({ ram: null, vram: null }),
      (pid) => {
        asked.resolve(pid);
        return released.promise;
      },
    );
    const { engine } = await bench.started({ host, gpu: "auto" });
    await engine.ready();
    const { pid } = engine.status();
    let isOver = false;
    const stopping = engine.stop().then(() => {
      isOver = true;
    });
    expect(await asked.promise).toBe(pid ?? 0);
    expect(isOver).toBe(false);
    released.resolve();
    await stopping;
    expect(engine.status()).toMatchObject({ state: "stopped", pid: null });
  });

  test("while it is started: no process is begun any more", async () => {
    const { engine } = await bench.started();
    await engine.stop();
    const starting = engine.start().catch((thrown: unknown) => thrown);
    await engine.stop();
    expect(await starting).toMatchObject({ code: "CANCELLED" });
    expect(engine.status()).toMatchObject({ state: "stopped", pid: null });
  });

  test("twice, and before it was started, is no harm; it can be started again", async () => {
    const { engine } = await bench.started();
    await engine.stop();
    await engine.stop();
    await engine.start();
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });
});

test("a wrong model file is refused before any process is started", async () => {
  const error = await bench.started({ modelPath: "/no/such/model.gguf" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "MODEL_FILE_MISSING" });
});
