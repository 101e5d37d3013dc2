import { beforeEach, expect, test } from "bun:test";
import { AppError } from "../../errors/app-error.ts";
import { type MessageFromRunner, type MessageToRunner, PROTOCOL_VERSION } from "../protocol.ts";
import type { LoadEngine, RunnerEngine } from "./engine.ts";
import { Runner } from "./runner.ts";

const MODEL = {
  name: "small",
  path: "/small.gguf",
  quantization: "F16",
  contextSize: 100,
  gpu: "off",
  threads: 1,
  isDemo: false,
} as const;
const METRICS = {
  queue_ms: 0,
  load_ms: 0,
  prompt_tokens: 1,
  prompt_ms: 1,
  completion_tokens: 1,
  generation_ms: 1,
  ttft_ms: 1,
  prompt_tokens_per_second: 1,
  completion_tokens_per_second: 1,
};
const LOAD: MessageToRunner = {
  type: "load",
  options: {
    kind: "text",
    modelPath: "/small.gguf",
    isDemo: false,
    contextSize: 100,
    batchSize: 128,
    kvCache: "f16",
    gpuLayers: null,
    threads: 0,
    gpu: "off",
    sequences: 1,
  },
};

let disposed = false;
beforeEach(() => {
  disposed = false;
});

/** Says the prompt backwards in pieces; `wait` takes until it is cancelled, `break` breaks. */
const backwards: RunnerEngine = {
  model: MODEL,
  vramBytes: 0,
  progress: 0,
  run: async (request, { signal, onText }) => {
    const prompt = request.kind === "text" ? (request.messages[0]?.content ?? "") : "";
    if (prompt === "break") throw new Error("native trouble");
    if (prompt === "wait") {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new AppError("CANCELLED", "The answer was cancelled.");
    }
    const text = [...prompt].reverse().join("");
    for (const piece of text) onText(piece, 1);
    return { text, model: "small", stopReason: "stop", promptTokensCut: 0, metrics: METRICS };
  },
  dispose: async () => {
    disposed = true;
  },
};

function connect(load: LoadEngine) {
  const sent: MessageFromRunner[] = [];
  const waiters: { type: string; resolve: (message: MessageFromRunner) => void }[] = [];
  let deliver: (message: unknown) => void = () => undefined;
  const runner = new Runner(
    {
      send: (message) => {
        sent.push(message);
        const index = waiters.findIndex(({ type }) => type === message.type);
        if (index !== -1) waiters.splice(index, 1)[0]?.resolve(message);
      },
      onMessage: (listener) => {
        deliver = listener;
      },
    },
    load,
  );
  const ended = runner.run();
  const say = (message: unknown, answer: MessageFromRunner["type"]) =>
    new Promise<MessageFromRunner>((resolve) => {
      waiters.push({ type: answer, resolve });
      deliver(message);
    });
  const end = () => {
    deliver({ type: "shutdown" });
    return ended;
  };
  return { sent, say, end, deliver: (message: unknown) => deliver(message) };
}

function generate(id: number, content: string): MessageToRunner {
  const messages = [{ role: "user" as const, content }];
  const request = { kind: "text" as const, messages, maxTokens: 10, temperature: 0 };
  return { type: "run", id, correlationId: "test", request };
}

test("greets, loads, answers with few messages, and cleans up", async () => {
  const { sent, say, end } = connect(async () => backwards);
  expect(sent).toEqual([{ type: "hello", protocol: PROTOCOL_VERSION }]);
  expect(await say(LOAD, "loaded")).toMatchObject({ model: MODEL });
  expect(await say(generate(1, "stressed"), "done")).toMatchObject({ id: 1, result: { text: "desserts" } });
  expect(sent.filter(({ type }) => type === "text")).toEqual([
    { type: "text", id: 1, piece: "desserts", tokens: 8 },
  ]);
  await end();
  expect(disposed).toBe(true);
});

test("reports why a model cannot be loaded", async () => {
  const typed = connect(() => Promise.reject(new AppError("OUT_OF_MEMORY", "too big")));
  expect(await typed.say(LOAD, "loadFailed")).toMatchObject({
    error: { code: "OUT_OF_MEMORY", message: "too big" },
  });
  await typed.end();
  const untyped = connect(() => Promise.reject(new Error("odd")));
  expect(await untyped.say(LOAD, "loadFailed")).toMatchObject({ error: { code: "MODEL_LOAD_FAILED" } });
  await untyped.end();
});

test("a failed request is reported under its id, and a request before the load too", async () => {
  const { say, end, sent } = connect(async () => backwards);
  expect(await say(generate(1, "early"), "failed")).toMatchObject({
    error: { message: "No model is loaded." },
  });
  await say(LOAD, "loaded");
  expect(await say(generate(2, "break"), "failed")).toEqual({
    type: "failed",
    id: 2,
    error: { code: "INFERENCE_FAILED", message: "native trouble" },
  });
  // What a runner logs about a request belongs to its prompt.
  expect(sent.filter(({ type }) => type === "log")).toMatchObject([
    { message: "No model is loaded.", correlationId: "test" },
    { message: "native trouble", correlationId: "test" },
  ]);
  await end();
});

test("cancels one request, and all of them at the end", async () => {
  const { say, end, deliver } = connect(async () => backwards);
  await say(LOAD, "loaded");
  deliver(generate(1, "wait"));
  expect(await say({ type: "cancel", id: 1 }, "failed")).toMatchObject({
    id: 1,
    error: { code: "CANCELLED" },
  });
  deliver(generate(2, "wait"));
  await end();
  expect(disposed).toBe(true);
});

test("what is not in the protocol is ignored aloud", async () => {
  const { say, end } = connect(async () => backwards);
  expect(await say({ type: "load", options: "all" }, "log")).toMatchObject({ level: "error" });
  await end();
});
