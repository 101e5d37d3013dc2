import { afterEach, describe, expect, test } from "bun:test";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { LocalTextEngine, type LocalTextEngineOptions } from "./local-text-engine.ts";
import { DEFAULT_LIMITS } from "./supervisor-state.ts";
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
    expect(logger.entries).toContainEqual({
      level: "warn",
      message: "The model process ended with signal SIGKILL.",
      fields: { code: "RUNNER_CRASHED" },
    });
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

  test("talks nonsense", async () => {
    const { engine } = await started();
    expect(await outcome(ask(engine, "nonsense"))).toBe("RUNNER_CRASHED");
  });

  test("writes garbage to its output: nobody minds", async () => {
    const { engine } = await started();
    expect(await outcome(ask(engine, "babble"))).toBe("survived");
  });

  test("cannot use the model: the reason is given, and it is not tried again", async () => {
    const { engine } = await started({}, "load-fails");
    expect(await outcome(ask(engine, "hello"))).toBe("OUT_OF_MEMORY");
    expect(await engine.ready().catch((error: AppError) => error.code)).toBe("OUT_OF_MEMORY");
    expect(engine.status().error?.message).toBe("The model does not fit into memory.");
  });

  test("cannot be started at all", async () => {
    const { engine } = await started({ command: ["/does/not/exist"] });
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
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
