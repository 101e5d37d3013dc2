import { expect, test } from "bun:test";
import { rejection } from "../../testing/rejection.ts";
import { RemoteTextEngine } from "./remote-text-engine.ts";
import { azureServer, openAiServer } from "./server.ts";
import type { FakeServer } from "./testing/fake-server.ts";
import {
  azure,
  type Behaviour,
  FAKE_MODEL,
  llamaServer,
  openAi,
  openAiError,
  vllm,
} from "./testing/model-servers.ts";
import { type ClientChanges, clientOf, QUESTION, run, serve } from "./testing/remote-bench.ts";

const KEY = "sk-secret-of-the-tests";
const SCHEMA = {
  type: "object",
  properties: { type: { enum: ["text", "image"] } },
  required: ["type"],
  additionalProperties: false,
};

interface EngineChanges extends ClientChanges {
  readonly model?: string;
  readonly key?: string;
  readonly contextSize?: number;
}

function engineFor(server: FakeServer, { model, key, contextSize = 0, ...changes }: EngineChanges = {}) {
  const { client, logger } = clientOf(openAiServer(server.url, key), changes);
  return { engine: new RemoteTextEngine({ client, model, contextSize, logger }), client, logger };
}

test("an answer is streamed, with the figures that the server tells", async () => {
  const server = await serve(vllm());
  const options = run();
  const result = await engineFor(server).engine.generate(QUESTION, options);
  expect(result).toMatchObject({
    text: "The capital of France is Paris.",
    model: FAKE_MODEL,
    stopReason: "stop",
    metrics: { prompt_tokens: 6, completion_tokens: 3 },
  });
  expect(options.pieces).toEqual(["The capital", " of France", " is Paris."]);
  expect(result.metrics.ttft_ms).toBeGreaterThan(0);
  expect(server.asked("/chat/completions")[0]?.body).toEqual({
    model: FAKE_MODEL,
    messages: QUESTION.messages,
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.3,
    max_tokens: 50,
  });
});

test("llama-server's own timings are taken", async () => {
  const { engine } = engineFor(await serve(llamaServer()), { model: "any" });
  const { metrics } = await engine.generate(QUESTION, run());
  expect(metrics).toMatchObject({
    prompt_ms: 20,
    generation_ms: 40,
    prompt_tokens_per_second: 250,
    completion_tokens_per_second: 75,
  });
});

test("Azure is asked at its deployment, with the version of the API and the key in a header of its own", async () => {
  const server = await serve(azure("gpt 4o", { key: KEY }));
  const { client, logger } = clientOf(azureServer(server.url, "2024-10-21", KEY));
  const engine = new RemoteTextEngine({ client, model: "gpt 4o", contextSize: 0, logger });
  expect((await engine.generate(QUESTION, run())).text).toBe("The capital of France is Paris.");
  const [asked] = server.requests;
  expect(asked?.path).toBe("/openai/deployments/gpt%204o/chat/completions?api-version=2024-10-21");
  expect(asked?.headers.get("api-key")).toBe(KEY);
  expect(asked?.headers.get("authorization")).toBeNull();
});

test("JSON is enforced by schema, in OpenAI's strict form", async () => {
  const server = await serve(vllm({ answer: () => ['{"type":"image"}'] }));
  const { text } = await engineFor(server).engine.generate({ ...QUESTION, jsonSchema: SCHEMA }, run());
  expect(text).toBe('{"type":"image"}');
  expect(server.asked("/chat/completions")[0]?.body.response_format).toEqual({
    type: "json_schema",
    json_schema: {
      name: "answer",
      strict: true,
      schema: { ...SCHEMA, properties: { type: { type: "string", enum: ["text", "image"] } } },
    },
  });
});

test("a server that takes no schema is asked for any JSON object, then in words, and that is remembered", async () => {
  const server = await serve(vllm({ answer: () => ['{"type":"text"}'] }));
  const { engine } = engineFor(server);
  server.fail(
    openAiError(400, "'response_format.type' must be 'json_object' or 'text'", null),
    openAiError(400, "This response_format type is unavailable now", null),
  );
  await engine.generate({ ...QUESTION, jsonSchema: SCHEMA }, run());
  await engine.generate({ ...QUESTION, jsonSchema: SCHEMA }, run());
  const bodies = server.asked("/chat/completions").map(({ body }) => body);
  expect(bodies.map(({ response_format }) => response_format)).toEqual([
    expect.objectContaining({ type: "json_schema" }),
    { type: "json_object" },
    undefined,
    undefined,
  ]);
  expect(JSON.stringify(bodies[3]?.messages)).toContain("matches this JSON Schema");
});

test("models that think take other fields; it is learnt once", async () => {
  const server = await serve(openAi({ key: KEY }));
  const { engine } = engineFor(server, { model: "o4-mini", key: KEY });
  await engine.generate(QUESTION, run());
  await engine.generate(QUESTION, run());
  const bodies = server.asked("/chat/completions").map(({ body }) => body);
  expect(bodies).toHaveLength(4);
  for (const body of bodies.slice(2)) {
    expect(body).toMatchObject({ max_completion_tokens: 50 });
    expect(body).not.toContainAnyKeys(["max_tokens", "temperature"]);
  }
});

test("an old API that knows no token counts in streams is asked without", async () => {
  const server = await serve(azure("d", { key: KEY }));
  const { client, logger } = clientOf(azureServer(server.url, "2024-02-15-preview", KEY));
  const engine = new RemoteTextEngine({ client, model: "d", contextSize: 0, logger });
  server.fail(openAiError(404, "Unrecognized request argument supplied: stream_options", null));
  const { metrics } = await engine.generate(QUESTION, run());
  expect(metrics).toMatchObject({ prompt_tokens: 0, completion_tokens: 0, completion_tokens_per_second: 0 });
});

test("what a model thinks is not part of the answer, wherever the pieces are cut", async () => {
  const answer = () => ["\n<th", "ink>hmm, <b>Paris</b>?", "</thi", "nk>\n\n", "Par", "is <think> so."];
  const options = run();
  const { text } = await engineFor(await serve(vllm({ answer }))).engine.generate(QUESTION, options);
  expect(text).toBe("Paris <think> so.");
  expect(options.pieces.join("")).toBe(text);
});

test("a server that does not stream is understood too", async () => {
  const server = await serve(vllm());
  server.fail({
    json: {
      choices: [{ message: { role: "assistant", content: "Paris." }, finish_reason: "length" }],
      usage: { prompt_tokens: 6, completion_tokens: 2 },
    },
  });
  expect(await engineFor(server).engine.generate(QUESTION, run())).toMatchObject({
    text: "Paris.",
    stopReason: "length",
    metrics: { completion_tokens: 2 },
  });
});

test("where the longest answer does not fit beside the prompt, what is left is used", async () => {
  const server = await serve(vllm({ contextSize: 40 }));
  const { text } = await engineFor(server).engine.generate({ ...QUESTION, maxTokens: 100 }, run());
  expect(text).toBe("The capital of France is Paris.");
  expect(server.asked("/chat/completions").map(({ body }) => body.max_tokens)).toEqual([100, undefined]);
});

test.each([
  ["vLLM", vllm],
  ["llama-server", llamaServer],
])("a prompt longer than the context is refused with a clear error (%s)", async (_, kind) => {
  const server = await serve(kind({ contextSize: 100 }));
  const content = "word ".repeat(200);
  const error = await rejection(
    engineFor(server).engine.generate({ ...QUESTION, messages: [{ role: "user", content }] }, run()),
  );
  expect(error).toMatchObject({ code: "PROMPT_TOO_LONG", retryable: false });
  expect(String(error)).toContain(`longer than the model ${FAKE_MODEL}`);
  expect(String(error)).not.toContain("word word");
});

test("tokens are counted by the server, the context is what it tells", async () => {
  for (const kind of [vllm, llamaServer] satisfies ((behaviour: Behaviour) => unknown)[]) {
    const { engine } = engineFor(await serve(kind({ contextSize: 3000 })));
    expect(await engine.countTokens(["one two", "", "three"], run())).toEqual([2, 0, 1]);
    expect(await engine.contextSize()).toBe(3000);
  }
});

test("a server that counts nothing and tells nothing is estimated, and asked once", async () => {
  const server = await serve(openAi());
  const { engine } = engineFor(server, { model: "gpt-4o-mini" });
  const [few = 0, many = 0] = await engine.countTokens(["Paris", "Paris ".repeat(100)], run());
  const asked = server.asked("/tokenize").length;
  await engine.countTokens(["again"], run());
  expect(few).toBeGreaterThanOrEqual(1);
  expect(many).toBeGreaterThanOrEqual(100);
  expect(server.asked("/tokenize")).toHaveLength(asked);
  expect(await engine.contextSize()).toBe(8192);
  expect(await engineFor(server, { contextSize: 128_000 }).engine.contextSize()).toBe(128_000);
});

test("which model is meant must be clear: none named and several there", async () => {
  const server = await serve(vllm({ models: ["a", "b"] }));
  const error = await rejection(engineFor(server).engine.generate(QUESTION, run()));
  expect(error).toMatchObject({ code: "REMOTE_MODEL_UNKNOWN" });
  expect(String(error)).toContain("several models: a, b");
});
