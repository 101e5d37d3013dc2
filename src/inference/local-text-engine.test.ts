import { afterEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { LocalTextEngine, type LocalTextEngineOptions } from "./local-text-engine.ts";
import { ModelHost } from "./model-host.ts";
import { MAX_COUNTED_TEXTS } from "./runner-work.ts";
import { DEFAULT_LIMITS } from "./supervisor-state.ts";
import { MapMemory } from "./testing/map-memory.ts";
import { recordingLogger } from "./testing/recording-logger.ts";
import type { TextResult } from "./text-engine.ts";

const MODEL = join(import.meta.dir, "../models/demo/demo-text.gguf");
const FAKE = join(import.meta.dir, "testing/fake-runner.ts");
const LIMITS = {
  ...DEFAULT_LIMITS,
  backoffMs: 1,
  stopRungMs: { shutdown: 300, terminate: 300, kill: 5000 },
};

const engines: LocalTextEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

async function started(options: Partial<LocalTextEngineOptions> = {}, ...startup: string[]) {
  const logger = recordingLogger();
  const engine = new LocalTextEngine({
    host: new ModelHost(logger, async () => ({ ram: null, vram: null })),
    modelPath: MODEL,
    isDemo: false,
    contextSize: 0,
    threads: 0,
    gpu: "off",
    maxConcurrent: 2,
    logger,
    limits: LIMITS,
    command: [process.execPath, FAKE, ...startup],
    ...options,
  });
  engines.push(engine);
  await engine.start();
  return { engine, logger };
}

function ask(
  engine: LocalTextEngine,
  prompt: string,
  signal = new AbortController().signal,
  onText?: (piece: string) => void,
) {
  return engine.generate(
    { messages: [{ role: "user", content: prompt }], maxTokens: 10, temperature: 0 },
    { correlationId: "test", signal, ...(onText === undefined ? {} : { onText }) },
  );
}

async function outcome(result: Promise<TextResult>): Promise<string> {
  try {
    return (await result).text;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}

/** Resolves when the process has ended. */
async function gone(pid: number | null): Promise<void> {
  const isThere = () => pid !== null && existsSync(`/proc/${pid}`);
  while (isThere()) await Bun.sleep(5);
}

describe("answering", () => {
  test("requests wait while the model loads, then are answered, with the text in pieces", async () => {
    const { engine } = await started();
    const pieces: string[] = [];
    const result = await ask(engine, "hello", undefined, (piece) => pieces.push(piece));
    expect(result.text).toBe("echo: hello");
    expect(pieces).toEqual(["echo: hello"]);
    expect(result.metrics.load_ms).toBeGreaterThan(0);
    expect((await ask(engine, "again")).metrics.load_ms).toBe(0);
    expect(engine.status()).toMatchObject({ state: "ready", queued: 0, active: 0, crashes: 0, error: null });
  });

  test("no more are in work than allowed, the rest wait in order, and too many are turned away", async () => {
    const { engine } = await started({ maxConcurrent: 1, maxQueue: 2 });
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
    const { engine } = await started({ maxConcurrent: 1 });
    const abort = new AbortController();
    const waiting = outcome(ask(engine, "hello", abort.signal));
    abort.abort();
    expect(await waiting).toBe("CANCELLED");
    expect(engine.status().queued).toBe(0);
    expect(await outcome(ask(engine, "hello", abort.signal))).toBe("CANCELLED");
  });

  test("tokens are counted by the model itself, as many texts as one message may hold", async () => {
    const { engine } = await started();
    const { signal } = new AbortController();
    expect(await engine.countTokens(["four", "", "characters"], { signal })).toEqual([4, 0, 10]);
    expect(await engine.contextSize()).toBe(8192);
    const tooMany = Array.from({ length: MAX_COUNTED_TEXTS + 1 }, () => "");
    expect(await engine.countTokens(tooMany, { signal }).catch(({ code }) => code)).toBe("INTERNAL");
  });

  test("one failed request says so and harms no other", async () => {
    const { engine } = await started();
    expect(await outcome(ask(engine, "fail"))).toBe("INFERENCE_FAILED");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });
});

describe("a runner that misbehaves", () => {
  test("crashes in the middle of an answer: the requests in work fail, the next ones are answered", async () => {
    const { engine, logger } = await started();
    const results = ["wait", "crash", "third"].map((prompt) => outcome(ask(engine, prompt)));
    expect(await Promise.all(results)).toEqual(["RUNNER_CRASHED", "RUNNER_CRASHED", "echo: third"]);
    expect(engine.status().crashes).toBe(1);
    const warnings = logger.entries.filter(({ level }) => level === "warn").map(({ message }) => message);
    expect(warnings).toContain("The model process ended with signal SIGKILL.");
  });

  test("crashes at every start: it is not started for ever", async () => {
    const { engine } = await started({}, "crash-at-load");
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
    expect(engine.status()).toMatchObject({ state: "quarantined", crashes: 3 });
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
  });

  test("crashes while it loads with a GPU: the next try is without", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "fake-runner-")), "loads");
    const { engine } = await started({ gpu: "auto" }, "crash-at-first-load", file);
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
    expect(await Bun.file(file).text()).toBe("auto\noff\n");
  });

  test.each(["hang", "silent"])("%s: no heartbeat any more", async (prompt) => {
    const { engine } = await started({ limits: { ...LIMITS, heartbeatMs: 300 } });
    expect(await outcome(ask(engine, prompt))).toBe("RUNNER_STUCK");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });

  test("makes no progress although its heart beats", async () => {
    const { engine } = await started({ limits: { ...LIMITS, noProgressMs: 300 } });
    expect(await outcome(ask(engine, "stall"))).toBe("RUNNER_STUCK");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });

  test.each(["mute", "hang-at-load", "wrong-version"])("never gets ready: %s", async (startup) => {
    const limits = { ...LIMITS, startMs: 400, loadStallMs: 400, crashBudget: 1 };
    const { engine } = await started({ limits }, startup);
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
  });

  test.each(["nonsense", "liar"])("talks %s", async (prompt) => {
    const { engine } = await started();
    expect(await outcome(ask(engine, prompt))).toBe("RUNNER_CRASHED");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });

  test("writes garbage to its output: nobody minds", async () => {
    const { engine } = await started();
    expect(await outcome(ask(engine, "babble"))).toBe("survived");
  });

  test("cannot use the model: the reason is given, and it is not tried again", async () => {
    const { engine } = await started({}, "load-fails");
    expect(await outcome(ask(engine, "hello"))).toBe("MODEL_LOAD_FAILED");
    expect(await engine.ready().catch((error: AppError) => error.code)).toBe("MODEL_LOAD_FAILED");
    expect(engine.status()).toMatchObject({
      usable: false,
      error: { message: "The model cannot be loaded." },
    });
  });

  test("cannot be started at all", async () => {
    const { engine } = await started({ command: ["/does/not/exist"] });
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
  });
});

describe("memory", () => {
  const warnings = (logger: Awaited<ReturnType<typeof started>>["logger"]) =>
    logger.entries.filter(({ level }) => level !== "debug").map(({ message }) => message);

  test("too little: the ladder is climbed down until it fits, and the next start begins where it worked", async () => {
    const memory = new MapMemory();
    const { engine, logger } = await started({ memory }, "context-at-most=2048");
    expect((await engine.ready()).contextSize).toBe(2048);
    const steps = warnings(logger).filter((message) => message.startsWith("Loading"));
    expect(steps).toEqual([
      "Loading CanvusLocalLLM demo with less, to fit into memory: batch of 32 tokens",
      "Loading CanvusLocalLLM demo with less, to fit into memory: context of 4096 tokens",
      "Loading CanvusLocalLLM demo with less, to fit into memory: context of 2048 tokens",
    ]);
    expect(engine.status()).toMatchObject({ usable: true, crashes: 0 });
    const again = await started({ memory }, "context-at-most=2048");
    expect((await again.engine.ready()).contextSize).toBe(2048);
    expect(warnings(again.logger).filter((message) => message.startsWith("Loading"))).toHaveLength(1);
  });

  test("a context that was set is not made smaller: it says what to do", async () => {
    const { engine, logger } = await started({ contextSize: 4096 }, "context-at-most=2048");
    expect(await outcome(ask(engine, "hello"))).toBe("OUT_OF_MEMORY");
    expect(engine.status()).toMatchObject({ usable: false, error: { code: "OUT_OF_MEMORY" } });
    expect(warnings(logger).at(-1)).toBe(
      "The model CanvusLocalLLM demo cannot be used: The model does not fit into memory.",
    );
  });

  test("what cannot fit is not even started", async () => {
    const host = new ModelHost(recordingLogger(), async () => ({ ram: 100_000_000, vram: null }));
    const { engine } = await started({ host });
    expect(await outcome(ask(engine, "hello"))).toBe("OUT_OF_MEMORY");
    expect(engine.status()).toMatchObject({ state: "stopped", pid: null });
    expect(engine.status().error?.message).toMatch(/^The model needs at least 1\d\d MB of memory/);
  });

  test("unloaded when it was idle for long enough, and loaded again for the next request", async () => {
    const { engine } = await started({ keepAliveMs: 20 });
    await engine.ready();
    const { pid } = engine.status();
    await gone(pid);
    expect(engine.status()).toMatchObject({ usable: true, model: null, error: null });
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });

  test("who has to wait for the model is told, and when not any more", async () => {
    const told: boolean[] = [];
    const { engine } = await started({ onWaiting: (isWaiting) => told.push(isWaiting) });
    await engine.ready();
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
    expect(told).toEqual([true, false]);
  });
});

describe("stopping", () => {
  test("ends a process that ignores everything, and what waits is cancelled", async () => {
    const { engine } = await started({ maxConcurrent: 1 }, "stubborn");
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
      recordingLogger(),
      async () => ({ ram: null, vram: null }),
      (pid) => {
        asked.resolve(pid);
        return released.promise;
      },
    );
    const { engine } = await started({ host, gpu: "auto" });
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
    const { engine } = await started();
    await engine.stop();
    const starting = engine.start().catch((thrown: unknown) => thrown);
    await engine.stop();
    expect(await starting).toMatchObject({ code: "CANCELLED" });
    expect(engine.status()).toMatchObject({ state: "stopped", pid: null });
  });

  test("twice, and before it was started, is no harm; it can be started again", async () => {
    const { engine } = await started();
    await engine.stop();
    await engine.stop();
    await engine.start();
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });
});

test("a wrong model file is refused before any process is started", async () => {
  const error = await started({ modelPath: "/no/such/model.gguf" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "MODEL_FILE_MISSING" });
});
