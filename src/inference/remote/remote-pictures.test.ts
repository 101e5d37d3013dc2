import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rejection } from "../../testing/rejection.ts";
import { GoogleVisionEngine, googleVisionServer } from "./google-vision-engine.ts";
import { RemoteImageEngine } from "./remote-image-engine.ts";
import { RemoteVisionEngine } from "./remote-vision-engine.ts";
import { azureServer, openAiServer } from "./server.ts";
import type { Route } from "./testing/fake-server.ts";
import { azure, openAi, openAiError, RED_PNG, vllm } from "./testing/model-servers.ts";
import { clientOf, run, serve } from "./testing/remote-bench.ts";

const KEY = "sk-secret-of-the-tests";
const FOX = {
  prompt: "a red fox",
  negativePrompt: "blurry",
  width: 512,
  height: 512,
  steps: 20,
  guidance: 7,
  seed: 42,
};
const LOOK = { systemPrompt: "Be brief.", prompt: "What is this?", maxTokens: 30, temperature: 0 };

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "remote-pictures-"));
  await Bun.write(file("red.png"), RED_PNG);
  await Bun.write(file("red.jpg"), await new Bun.Image(RED_PNG).jpeg().bytes());
  await Bun.write(file("text.png"), "no picture");
});

afterAll(() => rm(folder, { recursive: true }));

async function openAiAt(routes: Readonly<Record<string, Route>>, key?: string) {
  const server = await serve(routes);
  return { server, ...clientOf(openAiServer(server.url, key)) };
}

test("a picture is sent as a data URL beside the question", async () => {
  const { server, client, logger } = await openAiAt(vllm({ answer: () => ["A red ", "square."] }));
  const engine = new RemoteVisionEngine({ client, model: undefined, logger });
  const options = run();
  expect(await engine.describe({ ...LOOK, imagePath: file("red.png") }, options)).toMatchObject({
    text: "A red square.",
  });
  expect(options.pieces).toEqual(["A red ", "square."]);
  const url = `data:image/png;base64,${RED_PNG.toBase64()}`;
  expect(server.asked("/chat/completions")[0]?.body.messages).toEqual([
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "image_url", image_url: { url } },
        { type: "text", text: "What is this?" },
      ],
    },
  ]);
  await engine.describe({ ...LOOK, systemPrompt: null, imagePath: file("red.jpg") }, run());
  expect(server.asked("/chat/completions")[1]?.text).toContain("data:image/jpeg;base64,/9j/");
  expect(await rejection(engine.describe({ ...LOOK, imagePath: file("text.png") }, run()))).toMatchObject({
    code: "INFERENCE_FAILED",
  });
});

test("a drawn picture comes in the answer itself", async () => {
  const { server, client, logger } = await openAiAt(openAi({ key: KEY }), KEY);
  const engine = new RemoteImageEngine({ client, model: "flux", logger });
  const result = await engine.draw(FOX, run());
  expect(result).toMatchObject({ width: 2, height: 2, model: "flux" });
  expect(Buffer.from(result.png).equals(RED_PNG)).toBe(true);
  expect(server.requests[0]?.body).toEqual({
    model: "flux",
    prompt: "a red fox",
    n: 1,
    response_format: "b64_json",
    size: "512x512",
    seed: 42,
    negative_prompt: "blurry",
  });
});

test("fields that a model does not take are left out from then on", async () => {
  const { server, client, logger } = await openAiAt(openAi());
  const engine = new RemoteImageEngine({ client, model: "gpt-image-1", logger });
  await engine.draw(FOX, run());
  await engine.draw(FOX, run());
  expect(server.requests.map(({ body }) => body.response_format)).toEqual(["b64_json", undefined, undefined]);
});

test("Azure draws at the deployment of the image model, in one of the sizes that it knows", async () => {
  const server = await serve(azure("pictures", { key: KEY }));
  const { client, logger } = clientOf(azureServer(server.url, "2024-10-21", KEY));
  const engine = new RemoteImageEngine({ client, model: "pictures", logger });
  await engine.draw({ ...FOX, width: 768 }, run());
  expect(server.requests[0]?.body).toMatchObject({ size: "1536x1024" });
  expect(server.requests[0]?.body).not.toContainAnyKeys(["seed", "negative_prompt"]);
});

test("other formats become PNG", async () => {
  const jpeg = await Bun.file(file("red.jpg")).bytes();
  const { client, logger } = await openAiAt({
    "POST /v1/images/generations": () => ({
      json: { data: [{ b64_json: `data:image/jpeg;base64,${jpeg.toBase64()}` }] },
    }),
  });
  const { png, width } = await new RemoteImageEngine({ client, model: undefined, logger }).draw(FOX, run());
  expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(width).toBe(2);
});

test("a picture at an address is fetched from the same server only, and the key goes nowhere else", async () => {
  const elsewhere = await serve({ "GET /red.png": () => ({ bytes: RED_PNG }) });
  let address = "/files/red.png";
  const { server, client, logger } = await openAiAt(
    {
      "POST /v1/images/generations": () => ({ json: { data: [{ url: address }] } }),
      "GET /files/red.png": () => ({ bytes: RED_PNG }),
      "GET /files/huge.png": () => ({ bytes: new Uint8Array(33 * 1024 * 1024) }),
    },
    KEY,
  );
  const engine = new RemoteImageEngine({ client, model: undefined, logger });
  expect((await engine.draw(FOX, run())).width).toBe(2);
  expect(server.requests[1]?.headers.get("authorization")).toBe(`Bearer ${KEY}`);
  for (address of [`${elsewhere.url}/red.png`, "file:///etc/passwd", "/files/huge.png"]) {
    expect(await rejection(engine.draw(FOX, run()))).toMatchObject({ code: "REMOTE_INVALID_ANSWER" });
  }
  expect(elsewhere.requests).toEqual([]);
});

test("not even a cloud makes us fetch something from the own network", async () => {
  let address = "";
  const asked: string[] = [];
  const server = await serve({
    "POST /openai/deployments/pictures/images/generations": () => ({ json: { data: [{ url: address }] } }),
  });
  const isPublicHost = async (host: string) => {
    asked.push(host);
    return false;
  };
  const { client, logger } = clientOf(azureServer(server.url, "2024-10-21", KEY));
  const engine = new RemoteImageEngine({ client, model: "pictures", logger, isPublicHost });
  for (address of ["https://intranet.example/x.png", "http://169.254.169.254/x.png"]) {
    expect(await rejection(engine.draw(FOX, run()))).toMatchObject({ code: "REMOTE_INVALID_ANSWER" });
  }
  expect(asked).toEqual(["intranet.example"]);
  const real = new RemoteImageEngine({ client, model: "pictures", logger });
  for (address of ["https://169.254.169.254/x.png", "https://[::1]/x.png", "https://localhost/x.png"]) {
    expect(await rejection(real.draw(FOX, run()))).toMatchObject({
      message: expect.stringContaining("may not send it"),
    });
  }
});

test("a picture that a cloud keeps on another host is fetched without the key", async () => {
  const store = await serve({ "GET /red.png": () => ({ bytes: RED_PNG }) });
  const { client } = await openAiAt({}, KEY);
  const bytes = await client.download(new URL(`${store.url}/red.png`), new AbortController().signal, 1000);
  expect(Buffer.from(bytes).equals(RED_PNG)).toBe(true);
  expect(store.requests[0]?.headers.get("authorization")).toBeNull();
});

test.each([
  [{ data: [] }, "without a picture"],
  [{ data: [{ b64_json: "!!!" }] }, "damaged"],
  [{ data: [{ b64_json: "aGVsbG8=" }] }, "no picture that can be read"],
])("no picture in the answer: %j", async (json, words) => {
  const { client, logger } = await openAiAt({ "POST /v1/images/generations": () => ({ json }) });
  const error = await rejection(new RemoteImageEngine({ client, model: undefined, logger }).draw(FOX, run()));
  expect(error).toMatchObject({ code: "REMOTE_INVALID_ANSWER", message: expect.stringContaining(words) });
});

test("a drawing that fails for a passing reason is asked for again", async () => {
  const { server, client, logger } = await openAiAt(openAi());
  server.fail(openAiError(500, "busy", null), { reset: true });
  expect((await new RemoteImageEngine({ client, model: "m", logger }).draw(FOX, run())).width).toBe(2);
});

/** Google's document text detection, as far as it is used here. */
function google(answers: readonly object[]): Record<string, Route> {
  const left = [...answers];
  return {
    "POST /v1/images:annotate": ({ headers }) => {
      if (headers.get("x-goog-api-key") === KEY) return { json: { responses: [left.shift()] } };
      const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }];
      const message = "API key not valid. Please pass a valid API key.";
      return { status: 400, json: { error: { code: 400, message, status: "INVALID_ARGUMENT", details } } };
    },
  };
}

test("Google Vision reads handwriting; the key stands in no address", async () => {
  const server = await serve(
    google([
      { fullTextAnnotation: { text: "Buy milk\n" } },
      {},
      { error: { code: 8, message: "Quota exceeded" } },
      { fullTextAnnotation: { text: "again" } },
    ]),
  );
  const engine = new GoogleVisionEngine(clientOf(googleVisionServer(server.url, KEY)).client);
  const look = { ...LOOK, imagePath: file("red.png") };
  const options = run();
  expect(await engine.describe(look, options)).toMatchObject({ text: "Buy milk", model: "Google Vision" });
  expect(options.pieces).toEqual(["Buy milk"]);
  expect((await engine.describe(look, run())).text).toBe("");
  expect((await engine.describe(look, run())).text).toBe("again");
  expect(server.requests[0]?.path).toBe("/v1/images:annotate");
  expect(server.requests[0]?.body).toEqual({
    requests: [{ image: { content: RED_PNG.toBase64() }, features: [{ type: "DOCUMENT_TEXT_DETECTION" }] }],
  });
  const wrong = new GoogleVisionEngine(clientOf(googleVisionServer(server.url, "wrong-key")).client);
  expect(await rejection(wrong.describe(look, run()))).toMatchObject({ code: "REMOTE_UNAUTHORIZED" });
});
