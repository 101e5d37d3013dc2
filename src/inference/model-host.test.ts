import { afterEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { Changes } from "../testing/changes.ts";
import { type HostedModel, ModelHost } from "./model-host.ts";
import { DEFAULT_LIMITS } from "./supervisor-state.ts";

const FAKE = [process.execPath, join(import.meta.dir, "testing/fake-runner.ts")];
const LIMITS = { ...DEFAULT_LIMITS, backoffMs: 1 };
const NEVER = new AbortController().signal;

/** Of all models. */
const changes = new Changes();
const opened: { host: ModelHost; id: string }[] = [];
afterEach(async () => {
  for (const { host, id } of opened.splice(0)) await host.close(id, 0);
});

/** A model of so many bytes, with rungs for these context sizes; the fake runner's arguments say how it behaves. */
function open(
  host: ModelHost,
  id: string,
  {
    bytes = 100,
    contexts = [1024],
    command = [...FAKE],
  }: Partial<{ bytes: number; contexts: number[]; command: string[] }>,
) {
  const measured: number[] = [];
  const model: HostedModel = {
    id,
    name: id,
    rungs: contexts.map((contextSize) => ({
      pool: "ram",
      bytes,
      step: `context of ${contextSize} tokens`,
      loadOptions: () => ({
        kind: "text",
        modelPath: `/${id}.gguf`,
        isDemo: false,
        contextSize,
        batchSize: 32,
        kvCache: "f16",
        gpuLayers: null,
        threads: 1,
        gpu: "off",
        sequences: 1,
      }),
    })),
    firstRung: 0,
    parallel: 1,
    keepAliveMs: 0,
    command,
    limits: LIMITS,
    logger: new RecordingLogger(),
    onMeasured: (_rung, { bytes: taken }) => measured.push(taken),
    onChange: () => changes.happened(),
  };
  host.open(model);
  opened.push({ host, id });
  return { measured };
}

async function ask(host: ModelHost, id: string, prompt = "hello", signal = NEVER): Promise<string> {
  const messages = [{ role: "user" as const, content: prompt }];
  const request = { kind: "text" as const, messages, maxTokens: 1, temperature: 0 };
  try {
    const result = await host.run(id, signal, (runner) =>
      runner.run(request, { correlationId: "test", signal }),
    );
    return result.text;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}

function states(host: ModelHost): string {
  return host
    .status()
    .map(({ id, state }) => `${id} ${state}`)
    .join(", ");
}

const ROOM = async () => ({ ram: null, vram: null });

test("a picture comes back as bytes, and each of its steps is told", async () => {
  const host = new ModelHost(new RecordingLogger(), ROOM);
  open(host, "a", {});
  const steps: string[] = [];
  const request = {
    ...{ kind: "image" as const, prompt: "a red fox", negativePrompt: "", width: 512, height: 256 },
    ...{ steps: 3, guidance: 7, seed: 1 },
  };
  const options = {
    correlationId: "test",
    signal: NEVER,
    onStep: (step: number, all: number) => steps.push(`${step} of ${all}`),
  };
  const result = await host.run("a", NEVER, (runner) => runner.run(request, options));
  expect(result.png).toEqual(new Uint8Array([0x89, 0x50]));
  expect(result).toMatchObject({ width: 512, height: 256 });
  expect(steps).toEqual(["1 of 3", "2 of 3", "3 of 3"]);
});

test("work that cannot even begin fails alone, and its place is free again", async () => {
  const host = new ModelHost(new RecordingLogger(), ROOM);
  open(host, "text", {});
  const broken = host.run("text", NEVER, () => {
    throw new Error("There is no process to send it to.");
  });
  expect(await broken.catch((error: Error) => error.message)).toBe("There is no process to send it to.");
  expect(await ask(host, "text")).toBe("echo: hello");
});

describe("two models", () => {
  test("that do not fit together take turns, and the process of the one that goes is gone first", async () => {
    const host = new ModelHost(new RecordingLogger(), async () => ({ ram: 500_000_000, vram: null }));
    const { measured } = open(host, "a", { bytes: 300_000_000 });
    open(host, "b", { bytes: 490_000_000 });
    expect(await ask(host, "a")).toBe("echo: hello");
    const first = host.supervisor("a")?.pid;
    expect(await ask(host, "b")).toBe("echo: hello");
    expect(existsSync(`/proc/${first}`)).toBe(false);
    expect(states(host)).toBe("a cold, b loaded");
    expect(measured).toHaveLength(1);
    expect(host.status()[1]?.bytes).toBeGreaterThan(10_000_000);
  });

  test("one that is loaded answers while the other loads for ever", async () => {
    const host = new ModelHost(new RecordingLogger(), ROOM);
    open(host, "quick", {});
    open(host, "slow", { command: [...FAKE, "hang-at-load"] });
    expect(await ask(host, "quick")).toBe("echo: hello");
    const abort = new AbortController();
    const waiting = ask(host, "slow", "hello", abort.signal);
    expect(await ask(host, "quick")).toBe("echo: hello");
    abort.abort();
    expect(await waiting).toBe("CANCELLED");
    expect(states(host)).toBe("quick loaded, slow loading");
  });

  test("a crash of one is nothing to the other", async () => {
    const host = new ModelHost(new RecordingLogger(), ROOM);
    open(host, "a", {});
    open(host, "b", {});
    expect(await Promise.all([ask(host, "a"), ask(host, "b", "crash")])).toEqual([
      "echo: hello",
      "RUNNER_CRASHED",
    ]);
    expect(await Promise.all([ask(host, "a"), ask(host, "b")])).toEqual(["echo: hello", "echo: hello"]);
  });

  test("a cancelled request keeps its place until the runner has let go of it", async () => {
    const host = new ModelHost(new RecordingLogger(), ROOM);
    open(host, "a", {});
    const abort = new AbortController();
    const first = ask(host, "a", "wait", abort.signal);
    const second = ask(host, "a", "second");
    await changes.until(() => host.status()[0]?.active === 1);
    abort.abort();
    expect(await first).toBe("CANCELLED");
    // The caller knows already; the runner has not answered yet.
    expect(host.status()[0]).toMatchObject({ active: 1, queued: 1 });
    expect(await second).toBe("echo: second");
  });
});

describe("too little memory, really", () => {
  test.skipIf(process.platform !== "linux")("under ulimit -v the smaller context is what works", async () => {
    const logger = new RecordingLogger();
    const host = new ModelHost(logger, ROOM);
    const limited = ["sh", "-c", `ulimit -v 1000000; exec ${FAKE.join(" ")} eats`];
    open(host, "a", { contexts: [65_536, 32_768, 1024], command: limited });
    expect(await ask(host, "a")).toBe("echo: hello");
    expect(host.status()[0]).toMatchObject({ state: "loaded", rung: 2, step: "context of 1024 tokens" });
    expect(host.supervisor("a")?.state.crashes).toBe(0);
  });

  const GROUP = `/sys/fs/cgroup/memory/canvuslocallm-test-${process.pid}`;
  const canLimit = existsSync("/sys/fs/cgroup/memory/tasks") && process.getuid?.() === 0;
  if (!canLimit)
    process.stderr.write("SKIPPED: the kernel's OOM killer, for lack of root or of a memory cgroup\n");
  const limited = ["sh", "-c", `echo $$ > ${GROUP}/tasks; exec ${FAKE.join(" ")} eats`];

  /** A host whose models, in a group with 200 MB of memory, are gone before the group is. */
  async function withLimit(use: (host: ModelHost) => Promise<void>): Promise<void> {
    const host = new ModelHost(new RecordingLogger(), ROOM);
    await mkdir(GROUP);
    try {
      await Bun.write(`${GROUP}/memory.limit_in_bytes`, "200M");
      await use(host);
    } finally {
      for (const { id } of host.status()) await host.close(id, 0);
      await rmdir(GROUP);
    }
  }

  test.skipIf(!canLimit)("what the kernel kills for memory while it loads is tried smaller", () =>
    withLimit(async (host) => {
      open(host, "a", { contexts: [65_536, 1024], command: limited });
      expect(await ask(host, "a")).toBe("echo: hello");
      expect(host.status()[0]).toMatchObject({ state: "loaded", rung: 1 });
      expect(host.supervisor("a")?.state.crashes).toBe(0);
    }),
  );

  test.skipIf(!canLimit)(
    "what it kills in the middle of an answer is loaded smaller, and may be asked again",
    () =>
      withLimit(async (host) => {
        open(host, "a", { contexts: [2048, 1024], command: limited });
        expect(await ask(host, "a")).toBe("echo: hello");
        expect(await ask(host, "a", "devour")).toBe("RUNNER_CRASHED");
        expect(await ask(host, "a")).toBe("echo: hello");
        expect(host.status()[0]).toMatchObject({ state: "loaded", rung: 1 });
      }),
  );
});
