import { afterEach, describe, expect, test } from "bun:test";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppError } from "../errors/app-error.ts";
import { ask, LIMITS, outcome, TextBench } from "./testing/text-bench.ts";

const bench = new TextBench();
afterEach(() => bench.stop());

describe("a runner that misbehaves", () => {
  test("crashes in the middle of an answer: the requests in work fail, the next ones are answered", async () => {
    const { engine, logger } = await bench.started();
    const results = ["wait", "crash", "third"].map((prompt) => outcome(ask(engine, prompt)));
    expect(await Promise.all(results)).toEqual(["RUNNER_CRASHED", "RUNNER_CRASHED", "echo: third"]);
    expect(engine.status().crashes).toBe(1);
    const warnings = logger.entries.filter(({ level }) => level === "warn").map(({ message }) => message);
    expect(warnings).toContain("The model process ended with signal SIGKILL.");
  });

  test("crashes at every start: it is not started for ever", async () => {
    const { engine } = await bench.started({}, "crash-at-load");
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
    expect(engine.status()).toMatchObject({ state: "quarantined", crashes: 3 });
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
  });

  test("crashes while it loads with a GPU: the next try is without", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "fake-runner-")), "loads");
    const { engine } = await bench.started({ gpu: "auto" }, "crash-at-first-load", file);
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
    expect(await Bun.file(file).text()).toBe("auto\noff\n");
  });

  test.each(["hang", "silent"])("%s: no heartbeat any more", async (prompt) => {
    const { engine } = await bench.started({ limits: { ...LIMITS, heartbeatMs: 300 } });
    expect(await outcome(ask(engine, prompt))).toBe("RUNNER_STUCK");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });

  test("makes no progress although its heart beats", async () => {
    const { engine } = await bench.started({ limits: { ...LIMITS, noProgressMs: 300 } });
    expect(await outcome(ask(engine, "stall"))).toBe("RUNNER_STUCK");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });

  test.each(["mute", "hang-at-load", "wrong-version"])("never gets ready: %s", async (startup) => {
    const limits = { ...LIMITS, startMs: 400, loadStallMs: 400, crashBudget: 1 };
    const { engine } = await bench.started({ limits }, startup);
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
  });

  test.each(["nonsense", "liar"])("talks %s", async (prompt) => {
    const { engine } = await bench.started();
    expect(await outcome(ask(engine, prompt))).toBe("RUNNER_CRASHED");
    expect(await outcome(ask(engine, "hello"))).toBe("echo: hello");
  });

  test("writes garbage to its output: nobody minds", async () => {
    const { engine } = await bench.started();
    expect(await outcome(ask(engine, "babble"))).toBe("survived");
  });

  test("cannot use the model: the reason is given, and it is not tried again", async () => {
    const { engine } = await bench.started({}, "load-fails");
    expect(await outcome(ask(engine, "hello"))).toBe("MODEL_LOAD_FAILED");
    expect(await engine.ready().catch((error: AppError) => error.code)).toBe("MODEL_LOAD_FAILED");
    expect(engine.status()).toMatchObject({
      usable: false,
      error: { message: "The model cannot be loaded." },
    });
  });

  test("cannot be started at all", async () => {
    const { engine } = await bench.started({ command: ["/does/not/exist"] });
    expect(await outcome(ask(engine, "hello"))).toBe("RUNNER_QUARANTINED");
  });
});
