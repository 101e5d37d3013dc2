import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareVision } from "./prepare-vision.ts";

let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "prepare-vision-"));
});
afterAll(() => rm(dataDir, { recursive: true }));

const TEXT = { path: "/models/text.gguf", projectorPath: null as string | null, isDemo: false };
const DEMO_TEXT = { path: "/data/demo-text.gguf", projectorPath: null, isDemo: true };

function prepare(settings: { VISION_MODEL_PATH?: string; VISION_MMPROJ_PATH?: string }, text = TEXT) {
  return prepareVision(
    {
      VISION_MODEL_PATH: settings.VISION_MODEL_PATH,
      VISION_MMPROJ_PATH: settings.VISION_MMPROJ_PATH,
      CANVUSLLM_DATA_DIR: dataDir,
      LLAMA_MODELS_DIR: "/models",
    },
    text,
  );
}

test("none unless it is set up", async () => {
  expect(await prepare({})).toBeNull();
});

test("a model with its encoder, or only an encoder for the model that answers", async () => {
  const own = { VISION_MODEL_PATH: "/models/seer.gguf", VISION_MMPROJ_PATH: "/models/mmproj.gguf" };
  const mmprojPath = own.VISION_MMPROJ_PATH;
  expect(await prepare(own, DEMO_TEXT)).toEqual({
    isDemo: false,
    modelPath: "/models/seer.gguf",
    mmprojPath,
  });
  expect(await prepare({ VISION_MMPROJ_PATH: mmprojPath })).toEqual({
    isDemo: false,
    modelPath: TEXT.path,
    mmprojPath,
  });
});

test("a model with a name has its encoder beside it, also the one that answers", async () => {
  const seer = { isDemo: false, modelPath: "/models/seer.gguf", mmprojPath: "/models/seer-mmproj.gguf" };
  expect(await prepare({ VISION_MODEL_PATH: "seer" })).toEqual(seer);
  const both = { ...TEXT, projectorPath: "/models/text-mmproj.gguf" };
  expect(await prepare({}, both)).toEqual({
    isDemo: false,
    modelPath: TEXT.path,
    mmprojPath: "/models/text-mmproj.gguf",
  });
});

test("the demo model can see too, also beside another one that answers", async () => {
  const demo = {
    isDemo: true,
    modelPath: join(dataDir, "models/demo-text.gguf"),
    mmprojPath: join(dataDir, "models/demo-mmproj.gguf"),
  };
  expect(await prepare({}, DEMO_TEXT)).toEqual(demo);
  expect(await prepare({ VISION_MODEL_PATH: "builtin:demo" })).toEqual(demo);
  expect(await Bun.file(demo.mmprojPath).exists()).toBe(true);
});
