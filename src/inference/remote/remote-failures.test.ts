import { expect, test } from "bun:test";
import type { AppError } from "../../errors/app-error.ts";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { rejection } from "../../testing/rejection.ts";
import { RemoteTextEngine } from "./remote-text-engine.ts";
import { openAiServer } from "./server.ts";
import type { Answer, Fault } from "./testing/fake-server.ts";
import { event, openAi, openAiError, vllm } from "./testing/model-servers.ts";
import { type ClientChanges, clientOf, QUESTION, run, serve } from "./testing/remote-bench.ts";

const KEY = "sk-secret-of-the-tests";
const ROUTE = "/chat/completions";

async function setUp(faults: readonly Fault[], changes: ClientChanges = {}) {
  const server = await serve(vllm({ key: KEY }));
  server.fail(...faults);
  const { client, logger } = clientOf(openAiServer(server.url, KEY), changes);
  return {
    server,
    client,
    logger,
    engine: new RemoteTextEngine({ client, model: "small-model", contextSize: 0, logger }),
  };
}

async function failure(faults: readonly Fault[], changes: ClientChanges = {}) {
  const parts = await setUp(faults, { maxRetries: 0, ...changes });
  const error = (await rejection(parts.engine.generate(QUESTION, run()))) as AppError;
  return { ...parts, error };
}

const stream = (...events: string[]): Answer => ({ events, end: "complete" });
const piece = (content: string) => event({ choices: [{ delta: { content } }] });

test.each<[string, Fault]>([
  ["500", openAiError(500, "CUDA error", null)],
  ["a closed connection", { reset: true }],
  ["a stream that breaks off before its first word", { after: 1, end: "cut off" }],
  ["429", openAiError(429, "Too many requests", null)],
])("%s passes: it is asked again, and nobody notices", async (_, fault) => {
  const { server, engine, client, logger } = await setUp([fault, fault]);
  const options = run();
  expect((await engine.generate(QUESTION, options)).text).toBe("The capital of France is Paris.");
  expect(options.pieces.join("")).toBe("The capital of France is Paris.");
  expect(server.asked(ROUTE)).toHaveLength(3);
  expect(client.status.error).toBeNull();
  expect(logger.entries.filter(({ level }) => level === "warn")).toHaveLength(2);
});

test("it gives up after the retries that are configured, and remembers why", async () => {
  const fault = openAiError(503, "Loading model", null);
  const { server, engine, client } = await setUp([fault, fault, fault], { maxRetries: 2 });
  expect(await rejection(engine.generate(QUESTION, run()))).toMatchObject({
    code: "REMOTE_UNAVAILABLE",
    retryable: true,
    message: expect.stringContaining("503: Loading model"),
  });
  expect(server.asked(ROUTE)).toHaveLength(3);
  expect(client.status.error).toMatchObject({ code: "REMOTE_UNAVAILABLE" });
  await engine.generate(QUESTION, run());
  expect(client.status.error).toBeNull();
});

test("an answer that people have seen a part of never begins anew behind their backs", async () => {
  const { server, engine } = await setUp([{ after: 3, end: "silent" }]);
  const options = run();
  const onText = (text: string) => {
    options.pieces.push(text);
    if (text === " of France") server.requests[0]?.cutOff();
  };
  const error = await rejection(engine.generate(QUESTION, { ...options, onText }));
  expect(error).toMatchObject({ code: "REMOTE_UNAVAILABLE", retryable: true });
  expect(options.pieces).toEqual(["The capital", " of France"]);
  expect(server.asked(ROUTE)).toHaveLength(1);
});

test("a stream that ends without its end is no answer", async () => {
  const { error } = await failure([stream(piece("Par"))]);
  expect(error).toMatchObject({ code: "REMOTE_UNAVAILABLE", message: expect.stringContaining("broke off") });
});

test("429 with Retry-After is waited out, but not for ever", async () => {
  const timers = new FakeTimers();
  const limited = (seconds: string): Answer => ({
    status: 429,
    headers: { "retry-after": seconds },
    json: {},
  });
  const { server, engine } = await setUp([limited("7"), limited("3600")], { timers, retryDelayMs: 1000 });
  const answer = engine.generate(QUESTION, run());
  expect(await timers.untilScheduled((ms) => ms === 7000)).toBe(7000);
  timers.advance(7000);
  expect(await timers.untilScheduled((ms) => ms === 30_000)).toBe(30_000);
  expect(server.asked(ROUTE)).toHaveLength(2);
  timers.advance(30_000);
  expect((await answer).text).toBe("The capital of France is Paris.");
});

test.each<[string, Fault, string[]]>([
  ["before the first byte", { silent: true }, []],
  ["in the middle of the answer", { after: 2, end: "silent" }, ["The capital"]],
])("60 s of silence %s end it, and the connection is closed", async (_, fault, pieces) => {
  const timers = new FakeTimers();
  const { server, engine } = await setUp([fault], {
    timers,
    http: { tryConnect: async () => null },
    idleTimeoutMs: 60_000,
  });
  const options = run();
  const arrived = Promise.withResolvers<void>();
  const onText = (text: string) => {
    options.pieces.push(text);
    arrived.resolve();
  };
  const failed = rejection(engine.generate(QUESTION, { ...options, onText }));
  const request = await server.received(0);
  if (pieces.length > 0) await arrived.promise;
  timers.advance(60_000);
  expect(await failed).toMatchObject({ code: "REMOTE_TIMEOUT", message: expect.stringContaining("60 s") });
  expect(options.pieces).toEqual(pieces);
  await request.abandoned;
  // Asking for another minute at once would help nobody; the task tries it again later.
  expect(server.asked(ROUTE)).toHaveLength(1);
});

test("an answer that grows slowly is none that is stuck", async () => {
  const timers = new FakeTimers();
  const { server, engine } = await setUp([{ after: 2, end: "silent" }], { timers, idleTimeoutMs: 60_000 });
  let arrived = Promise.withResolvers<void>();
  const answer = engine.generate(QUESTION, { ...run(), onText: () => arrived.resolve() });
  await arrived.promise;
  for (const event of [piece(" of"), piece(" France")]) {
    arrived = Promise.withResolvers();
    timers.advance(50_000);
    server.requests[0]?.push(event);
    await arrived.promise;
  }
  timers.advance(50_000);
  server.requests[0]?.push("data: [DONE]\n\n");
  expect((await answer).text).toBe("The capital of France");
});

test("a host that takes no connections is told from one that thinks", async () => {
  const timers = new FakeTimers();
  const away = { tryConnect: async () => "no answer within 5 s" };
  const { engine } = await setUp([{ silent: true }], { timers, http: away, maxRetries: 0 });
  const failed = rejection(engine.generate(QUESTION, run()));
  await timers.untilScheduled((ms) => ms === 5000);
  timers.advance(5000);
  expect(await failed).toMatchObject({
    code: "REMOTE_UNAVAILABLE",
    message: expect.stringContaining("cannot be reached: no answer within 5 s"),
  });
});

test("nothing listens: refused at once", async () => {
  const { server, engine } = await setUp([], { maxRetries: 0 });
  server.stop();
  expect(await rejection(engine.generate(QUESTION, run()))).toMatchObject({
    code: "REMOTE_UNAVAILABLE",
    message: expect.stringContaining("refused"),
  });
});

test("who takes the question back closes the connection", async () => {
  const { server, engine } = await setUp([{ after: 2, end: "silent" }]);
  const options = run();
  const failed = rejection(
    engine.generate(QUESTION, { ...options, onText: () => options.abort.abort(new Error("taken back")) }),
  );
  expect(await failed).toMatchObject({ code: "CANCELLED" });
  await (await server.received(0)).abandoned;
});

test.each<[string, Answer, string, string]>([
  ["broken JSON", stream('data: {"choices":[\n\n'), "REMOTE_INVALID_ANSWER", "not JSON"],
  ["another form", stream(event({ choices: "none" })), "REMOTE_INVALID_ANSWER", "does not know"],
  ["JSON that is no answer", { json: { choices: [{ delta: 1 }] } }, "REMOTE_INVALID_ANSWER", "does not know"],
  ["nothing", { text: "" }, "REMOTE_INVALID_ANSWER", "nothing"],
  ["a web page", { text: "<!DOCTYPE html><title>Login</title>" }, "REMOTE_WRONG_ADDRESS", "web page"],
  ["no such route", { status: 404, json: { detail: "Not Found" } }, "REMOTE_WRONG_ADDRESS", "404"],
  ["another method", { status: 405, json: { detail: "Method Not Allowed" } }, "REMOTE_WRONG_ADDRESS", "405"],
  [
    "a wrong key",
    openAiError(401, `Incorrect API key provided: ${KEY}`, "invalid_api_key"),
    "REMOTE_UNAUTHORIZED",
    "401",
  ],
  ["no permission", openAiError(403, "Project has no access", null), "REMOTE_UNAUTHORIZED", "403"],
  [
    "no money",
    openAiError(429, "You exceeded your current quota", "insufficient_quota"),
    "REMOTE_UNAUTHORIZED",
    "429",
  ],
  [
    "no model",
    openAiError(404, "The model `x` does not exist.", "model_not_found"),
    "REMOTE_MODEL_UNKNOWN",
    "does not have",
  ],
  [
    "no model (ollama)",
    openAiError(404, 'model "x" not found, try pulling it first', null),
    "REMOTE_MODEL_UNKNOWN",
    "pulling",
  ],
  [
    "a refusal that repeats the key",
    openAiError(400, `Bad header ${KEY}`, null),
    "REMOTE_REFUSED",
    "Bad header ***",
  ],
  [
    "a refusal",
    openAiError(400, "The response was filtered", "content_filter"),
    "REMOTE_REFUSED",
    "filtered",
  ],
  [
    "a refusal with values",
    { status: 422, json: { detail: [{ loc: ["body", "n"], msg: "too many", input: "SECRET PROMPT" }] } },
    "REMOTE_REFUSED",
    "body.n: too many",
  ],
  [
    "an error in the answer",
    stream(piece("x"), event({ error: { message: "CUDA out of memory", code: 500 } })),
    "REMOTE_UNAVAILABLE",
    "CUDA",
  ],
  [
    "a filter in the answer",
    stream(event({ choices: [{ delta: {}, finish_reason: "content_filter" }] })),
    "REMOTE_REFUSED",
    "content filter",
  ],
])("%s has a clear error and is not asked again", async (_, answer, code, words) => {
  const { server, error, logger } = await failure([answer], {
    maxRetries: code === "REMOTE_UNAVAILABLE" ? 0 : 3,
  });
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  expect(server.asked(ROUTE)).toHaveLength(1);
  const everything = `${Bun.inspect(error, { depth: 20 })}${Bun.inspect(logger.entries, { depth: 20 })}`;
  expect(everything).not.toContain(KEY);
  expect(everything).not.toContain("SECRET PROMPT");
});

test("a redirect is not followed: neither key nor question go elsewhere", async () => {
  const elsewhere = await serve(openAi());
  const { error } = await failure([
    { status: 307, headers: { location: `${elsewhere.url}/v1/chat/completions` }, text: "" },
  ]);
  expect(error).toMatchObject({
    code: "REMOTE_WRONG_ADDRESS",
    message: expect.stringContaining(elsewhere.url),
  });
  expect(elsewhere.requests).toEqual([]);
});

test("what never ends is cut off: one endless event, a stream beyond all tokens, a huge body", async () => {
  const huge = "x".repeat(9 * 1024 * 1024);
  for (const answer of [
    stream(`data: ${huge}`),
    stream(...Array(3).fill(`: ${huge}\n`)),
    { json: { huge } },
  ]) {
    const { error } = await failure([answer]);
    expect(error).toMatchObject({
      code: "REMOTE_INVALID_ANSWER",
      message: expect.stringContaining("larger than"),
    });
  }
});

test("no more requests are out than allowed", async () => {
  const { server, engine, client } = await setUp([{ silent: true }, { silent: true }], {
    limits: { maxActive: 2, maxWaiting: 1 },
  });
  const options = run();
  const calls = Array.from({ length: 4 }, () => engine.generate(QUESTION, options).catch(({ code }) => code));
  expect(await Promise.race(calls)).toBe("QUEUE_FULL");
  await server.received(1);
  expect(client.status).toMatchObject({ active: 2, queued: 1, refused: 1 });
  options.abort.abort();
  expect((await Promise.all(calls)).sort()).toEqual(["CANCELLED", "CANCELLED", "CANCELLED", "QUEUE_FULL"]);
});
