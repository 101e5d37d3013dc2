import { afterEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FakeServer, type ReceivedRequest } from "../inference/remote/testing/fake-server.ts";
import { azure, openAi, openAiError, vllm } from "../inference/remote/testing/model-servers.ts";
import { dropFile, untilImages } from "./canvas-files.ts";
import type { Execution } from "./executable.ts";
import { Harness, TOKEN } from "./harness.ts";

const KEY = "sk-key-of-the-model-server-81c2";
const QUESTION = "{{What is the capital of France?}}";
const ANSWER = "It is Paris, says the server.";
/** No model on this machine. */
const REMOTE_ONLY = { LLAMA_MODEL_PATH: "", MAX_RETRIES: "2", RETRY_DELAY: "0" };

let harness: Harness;
const servers: FakeServer[] = [];

afterEach(async () => {
  await harness.close();
  for (const server of servers.splice(0)) server.stop();
});

async function serve(routes: Parameters<typeof FakeServer.start>[0]): Promise<FakeServer> {
  const server = await FakeServer.start(routes);
  servers.push(server);
  return server;
}

/** What a good model says: to a question with a schema the decision, else the answer in pieces. */
function answer({ body }: ReceivedRequest): string[] {
  return "response_format" in body ? ['{"type":"text"}'] : ["It is Paris,", " says", " the server."];
}

async function start(settings: Record<string, string>) {
  const service = await harness.runDashboard({
    CANVUSLLM_LOG_LEVEL: "debug",
    WEBUI_PWD: "a password of the tests",
    ...settings,
  });
  await service.logged(({ message }) => message.startsWith("watching canvas"));
  return service;
}

/** Everything that the service has written anywhere. */
async function everythingWritten(service: Execution): Promise<string> {
  const files = await readdir(join(harness.folder, "data"), { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile() && !file.name.endsWith(".gguf"))
    .map((file) => Bun.file(join(file.parentPath, file.name)).text());
  return [...(await Promise.all(texts)), ...service.stderr, ...service.stdout].join("\n");
}

test("a service without any model of its own answers through a server, and its key is nowhere", async () => {
  harness = await Harness.start();
  const server = await serve(vllm({ key: KEY, answer }));
  const service = await start({ ...REMOTE_ONLY, TEXT_LLM_URL: server.url, OPENAI_KEY: KEY });
  await service.logged(({ message }) => message === `model server ${server.url}/v1 answers`);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);

  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.answerWith(ANSWER, question.id);
  const done = await service.logged(
    ({ message, completion_tokens }) => message === "inference done" && completion_tokens === 3,
  );
  expect(done).toMatchObject({
    model: "small-model",
    endpoint: `${server.url}/v1`,
    prompt_tokens: expect.any(Number),
  });
  expect(await service.children()).toEqual([]);
  expect(await service.stop()).toBe(143);

  expect(harness.rows("processing_history")).toMatchObject([
    { status: "succeeded", model: "small-model", response: ANSWER },
  ]);
  for (const row of harness.rows("performance_metrics")) {
    expect(row).toMatchObject({ endpoint: `${server.url}/v1`, status: "succeeded", device: null });
  }
  expect(server.asked("/chat/completions")[0]?.headers.get("authorization")).toBe(`Bearer ${KEY}`);
  expect(await everythingWritten(service)).not.toContain(KEY);
});

test("errors of the server are waited out, told on the canvas, and never hold the key", async () => {
  harness = await Harness.start();
  const server = await serve(vllm({ key: KEY, answer }));
  const service = await start({ ...REMOTE_ONLY, TEXT_LLM_URL: server.url, OPENAI_API_KEY: KEY });
  await service.logged(({ message }) => message.endsWith(" answers"));
  server.fail(
    { status: 429, headers: { "retry-after": "1" }, json: { error: { message: "slow down" } } },
    { reset: true },
    // The decision whether a text or a picture is wanted; then the answer, which breaks off when people see it already.
    null,
    { after: 3, end: "cut off" },
  );
  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.answerWith(ANSWER, question.id);
  const limited = await service.logged(
    ({ error_code, level }) => error_code === "REMOTE_RATE_LIMITED" && level === "warn",
  );
  expect(limited).toMatchObject({ delay_ms: 1000 });

  server.fail(openAiError(401, `Incorrect API key provided: ${KEY}`, "invalid_api_key"));
  const refused = await harness.canvas.addNote("{{And of Spain?}}", { location: { x: 900, y: 900 } });
  const note = await harness.canvas.until(({ answers }) =>
    answers.find(({ text }) => text.startsWith("Sorry")),
  );
  expect(note.text).toContain("does not accept this service");
  expect(note.text).toContain("(REMOTE_UNAUTHORIZED)");
  expect(refused.id).toBeString();
  expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
  expect(await service.stop()).toBe(143);
  expect(await everythingWritten(service)).not.toContain(KEY);
});

test("a server that comes later is waited for; readiness tells", async () => {
  harness = await Harness.start();
  const server = await serve(vllm());
  const port = new URL(server.url).port;
  server.stop();
  const service = await start({ ...REMOTE_ONLY, BASE_LLM_URL: server.url });
  await service.logged(({ message }) => message.includes("cannot be used: The model server"));
  const away = await fetch(`${service.url}/readyz`);
  expect(away.status).toBe(503);
  expect(await away.text()).toContain("cannot be reached");
  const later = await FakeServer.start(vllm({ answer }), Number(port));
  servers.push(later);
  await service.logged(({ message }) => message.endsWith("/v1 answers"));
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
});

test("a stop in the middle of an answer closes the connection; the next start answers", async () => {
  harness = await Harness.start();
  const server = await serve(vllm({ answer }));
  server.fail(null, { after: 2, end: "silent" });
  const settings = { ...REMOTE_ONLY, TEXT_LLM_URL: server.url, SHUTDOWN_INFLIGHT_TIMEOUT: "0" };
  const first = await start(settings);
  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.until(({ answers }) => answers.find(({ text }) => text.startsWith("It is Paris,")));
  expect(await first.stop()).toBe(143);
  await server.asked("/chat/completions")[1]?.abandoned;
  await start(settings);
  await harness.canvas.answerWith(ANSWER, question.id);
  expect(harness.canvas.answers).toHaveLength(1);
});

test("Azure OpenAI", async () => {
  harness = await Harness.start();
  const server = await serve(azure("answers", { key: KEY, answer }));
  const service = await start({
    ...REMOTE_ONLY,
    AZURE_OPENAI_ENDPOINT: server.url,
    AZURE_OPENAI_DEPLOYMENT: "answers",
    AZURE_OPENAI_API_KEY: KEY,
  });
  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.answerWith(ANSWER, question.id);
  const asked = server.asked("/chat/completions").at(-1);
  expect(asked?.path).toBe("/openai/deployments/answers/chat/completions?api-version=2024-10-21");
  expect(asked?.headers.get("api-key")).toBe(KEY);
  expect(await everythingWritten(service)).not.toContain(KEY);
});

test("pictures are looked at, read and drawn by servers, each with its own key", async () => {
  harness = await Harness.start();
  const circle = await Bun.file(join(import.meta.dir, "../models/demo/red-circle.png")).bytes();
  const eyes = await serve(vllm({ key: "vision-key", answer: () => ["A red circle, says the server."] }));
  const hand = await serve(openAi({ key: KEY }));
  const ocr = await serve({
    "POST /v1/images:annotate": ({ headers }) =>
      headers.get("x-goog-api-key") === "google-key"
        ? { json: { responses: [{ fullTextAnnotation: { text: "Buy milk\n" } }] } }
        : { status: 403, json: {} },
  });
  const service = await start({
    VISION_LLM_URL: eyes.url,
    VISION_LLM_API_KEY: "vision-key",
    IMAGE_LLM_URL: hand.url,
    OPENAI_API_KEY: KEY,
    IMAGE_GEN_MODEL: "flux",
    GOOGLE_VISION_URL: ocr.url,
    GOOGLE_VISION_API_KEY: "google-key",
  });
  const { canvas } = harness;
  const at = { location: { x: 900, y: 900 } };
  const file = { name: "circle.png", data: circle, fields: at };
  const image = await dropFile({ url: harness.url, token: TOKEN }, canvas, "images", file);
  await harness.helper("drop-icon", { canvas_id: canvas.id, icon: "AI_Icon_Image_Analysis", onto: image.id });
  await canvas.until(({ answers }) => answers.find(({ text }) => text === "A red circle, says the server."));
  expect(eyes.asked("/chat/completions")[0]?.text).toContain('"url":"data:image/');

  await harness.helper("snapshot", { canvas_id: canvas.id, image_base64: circle.toBase64() });
  await canvas.until(({ answers }) => answers.find(({ text }) => text === "Buy milk"));

  await canvas.addNote("{{image: a red fox}}", { location: { x: 2000, y: 2000 } });
  await untilImages(canvas, (images) => images.find(({ title }) => title.startsWith("AI answer")));
  expect(hand.asked("/images/generations")[0]?.body).toMatchObject({ model: "flux", prompt: "a red fox" });

  expect(await service.stop()).toBe(143);
  const endpoints = harness
    .rows("performance_metrics")
    .map(({ engine, endpoint }) => `${engine} ${endpoint}`);
  expect(new Set(endpoints)).toEqual(
    new Set([`vision ${eyes.url}/v1`, `vision ${ocr.url}`, `image ${hand.url}/v1`]),
  );
  const written = await everythingWritten(service);
  for (const key of [KEY, "vision-key", "google-key"]) expect(written).not.toContain(key);
});

test("where the administrator wants it, the model here answers for a server that is away, and says so", async () => {
  harness = await Harness.start();
  const server = await serve(vllm({ answer }));
  const service = await start({
    TEXT_LLM_URL: server.url,
    MAX_RETRIES: "0",
    CANVUSLLM_ENGINE_ORDER: "remote-then-local",
  });
  await service.logged(({ message }) => message.endsWith(" is loaded"));
  server.stop();
  await harness.canvas.addNote(QUESTION);
  const note = await harness.canvas.until(({ answers }) =>
    answers.find(({ text }) => text.includes("Answered by")),
  );
  expect(note.text).toStartWith("Paris.\n\n(Answered by CanvusLocalLLM demo on this machine, because ");
  expect(await service.logged(({ message }) => message.includes("is asked instead"))).toMatchObject({
    level: "warn",
    error_code: "REMOTE_UNAVAILABLE",
  });
  expect(await service.stop()).toBe(143);
  const [row] = harness.rows("processing_history");
  expect(row?.model).toStartWith("CanvusLocalLLM demo (instead of ");
});

test("a proxy carries what is sent to servers, but not what stays here", async () => {
  harness = await Harness.start();
  const proxied: string[] = [];
  const routes = vllm({ answer });
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      proxied.push(url.host);
      return fetch(`${behind.url}${url.pathname}`, {
        method: request.method,
        headers: request.headers,
        ...(request.body === null ? {} : { body: await request.text() }),
      });
    },
  });
  const behind = await serve(routes);
  const service = await start({
    ...REMOTE_ONLY,
    TEXT_LLM_URL: "http://llm.example/v1",
    HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
    NO_PROXY: "127.0.0.1",
  });
  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.answerWith(ANSWER, question.id);
  expect(new Set(proxied)).toEqual(new Set(["llm.example"]));
  expect(await service.stop()).toBe(143);
  await proxy.stop(true);
});
