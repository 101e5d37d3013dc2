import { afterEach, beforeEach, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check } from "../check.ts";
import { runCheck } from "../testing/run-check.ts";
import { modelFile } from "./model-file.ts";
import { modelsFolder } from "./models-folder.ts";

const DEMO = join(import.meta.dir, "../../models/demo/demo-text.gguf");
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-doctor-models-"));
  await mkdir(join(folder, "models"));
});
afterEach(() => rm(folder, { recursive: true }));

function look(check: Check, settings: Record<string, string> = {}) {
  return runCheck(check, { CANVUSLLM_DATA_DIR: folder, ...settings });
}

test("a model of the catalogue that is missing: how to get it, or that the service does", async () => {
  expect(await look(modelFile, { LLAMA_MODEL_PATH: "bunny" })).toMatchObject({
    status: "fail",
    code: "MODEL_FILE_MISSING",
    message: "the model bunny is not downloaded yet",
    advice: expect.stringContaining("canvuslocallm models pull bunny"),
  });
  const automatic = { LLAMA_MODEL_PATH: "bunny", LLAMA_AUTO_DOWNLOAD: "true" };
  expect(await look(modelFile, automatic)).toMatchObject({ status: "warn", blockedBy: "Model file" });
});

test("a model that is called by its name is found in the models folder", async () => {
  await cp(DEMO, join(folder, "models", "mine.gguf"));
  expect(await look(modelFile, { LLAMA_MODEL_PATH: "mine" })).toMatchObject({
    status: "ok",
    message: expect.stringContaining("CanvusLocalLLM demo"),
  });
});

test("a folder that is missing or in order is fine", async () => {
  expect(await look(modelsFolder, { LLAMA_MODELS_DIR: "/nowhere" })).toMatchObject({
    status: "ok",
    message: "0 models in /nowhere, 0 B",
  });
  await cp(DEMO, join(folder, "models", "mine.gguf"));
  await cp(DEMO, join(folder, "models", "demo-text.gguf"));
  expect(await look(modelsFolder)).toEqual({
    status: "ok",
    message: `1 model in ${join(folder, "models")}, 5.0 MB`,
  });
});

test("what is cut off, unfinished or lacks a file is named with what to do", async () => {
  const whole = await Bun.file(DEMO).bytes();
  await Bun.write(join(folder, "models", "cut.gguf"), whole.subarray(0, 3_000_000));
  await Bun.write(join(folder, "models", "qwen3-vl-2b.gguf"), whole);
  await Bun.write(join(folder, "models", "bunny.gguf.part"), whole);
  const { status, message, advice } = await look(modelsFolder);
  expect(status).toBe("warn");
  expect(message).toContain("bunny.gguf is not finished");
  expect(message).toContain("cut.gguf is incomplete");
  expect(message).toContain("qwen3-vl-2b lacks a file");
  expect(advice).toContain("canvuslocallm models pull bunny");
  expect(advice).toContain("canvuslocallm models remove cut, then download it again");
});
