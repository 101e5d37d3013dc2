import { afterAll, beforeAll, expect, test } from "bun:test";
import { FakeServer } from "../inference/remote/testing/fake-server.ts";
import { openAi, vllm } from "../inference/remote/testing/model-servers.ts";
import { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";

const KEY = "sk-key-of-the-model-server-81c2";

let harness: Harness;
let text: FakeServer;
let images: FakeServer;

beforeAll(async () => {
  harness = await Harness.start();
  text = await FakeServer.start(vllm({ key: KEY }));
  images = await FakeServer.start(openAi());
});

afterAll(async () => {
  await harness.close();
  text.stop();
  images.stop();
});

/** @returns a function that finds the result of a check */
async function doctor(changes: Record<string, string>, ...args: readonly string[]) {
  const remote = { LLAMA_MODEL_PATH: "", TEXT_LLM_URL: text.url, OPENAI_API_KEY: KEY };
  const execution = new Execution(["doctor", "--json", ...args], harness.settings({ ...remote, ...changes }));
  await execution.exited;
  const output = execution.stdout.join("\n");
  expect(output).not.toContain(KEY);
  const { checks } = JSON.parse(output);
  return (name: string) => checks.find((each: { readonly name: string }) => each.name === name);
}

test("every server that is set up is tried, and nobody else", async () => {
  const found = await doctor({ IMAGE_LLM_URL: images.url }, "--deep");
  expect(found("text_server")).toMatchObject({
    status: "ok",
    message: expect.stringContaining("has small-model"),
  });
  expect(found("text_server_answers")).toMatchObject({
    status: "ok",
    message: expect.stringContaining("taken to read 4096 tokens"),
  });
  expect(found("image_server").status).toBe("ok");
  expect(found("vision_server")).toBeUndefined();
  expect(found("model_file")).toBeUndefined();
});

test("a key that is refused is a failure, a name that is not listed a warning", async () => {
  const wrong = await doctor({ OPENAI_API_KEY: "another-key" });
  expect(wrong("text_server")).toMatchObject({ status: "fail", code: "REMOTE_UNAUTHORIZED" });
  const unknown = await doctor({ OPENAI_NOTE_MODEL: "large-model" });
  expect(unknown("text_server")).toMatchObject({
    status: "warn",
    message: expect.stringContaining("does not list large-model; it has small-model"),
  });
});
