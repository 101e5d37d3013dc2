import { expect, test } from "bun:test";
import { join } from "node:path";
import { runCheck } from "../testing/run-check.ts";
import { deepVision, visionEngine, visionModel } from "./vision.ts";

const DEMO = join(import.meta.dir, "../../models/demo");

test("none set up is nothing wrong", async () => {
  for (const check of [visionModel, visionEngine, deepVision])
    expect(await runCheck(check, { LLAMA_MODEL_PATH: "/text.gguf" })).toMatchObject({ status: "ok" });
});

test("a file that is missing, or in the other's place, is told", async () => {
  const wrong = (settings: Record<string, string>) =>
    runCheck(visionModel, settings).catch(({ code }) => code);
  const model = join(DEMO, "demo-text.gguf");
  expect(await wrong({ VISION_MODEL_PATH: model, VISION_MMPROJ_PATH: "/none.gguf" })).toBe(
    "MODEL_FILE_MISSING",
  );
  expect(await wrong({ LLAMA_MODEL_PATH: model, VISION_MMPROJ_PATH: model })).toBe("MODEL_FILE_INVALID");
});

test("a model is named, and really looks", async () => {
  const settings = {
    VISION_MODEL_PATH: join(DEMO, "demo-text.gguf"),
    VISION_MMPROJ_PATH: join(DEMO, "demo-mmproj.gguf"),
  };
  expect((await runCheck(visionModel, settings)).message).toBe(
    "CanvusLocalLLM demo, F16, with the encoder CanvusLocalLLM demo vision",
  );
  const said = /^CanvusLocalLLM demo looks at a red circle on the processor and says "Red." after \d+\.\d s$/;
  expect((await runCheck(visionEngine, { VISION_MODEL_PATH: "builtin:demo" })).message).toMatch(said);
  expect((await runCheck(deepVision, settings)).message).toMatch(said);
}, 60_000);
