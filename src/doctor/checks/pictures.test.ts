import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  BUILD_TIMEOUT_MS,
  canBuildFakeStableDiffusion,
  FakeStableDiffusion,
} from "../../native/testing/build-fake-stable-diffusion.ts";
import { runCheck } from "../testing/run-check.ts";
import { deepPicture, pictures } from "./pictures.ts";

test("nothing set up is nothing wrong", async () => {
  expect(await runCheck(pictures, {})).toMatchObject({ status: "ok" });
  expect(await runCheck(deepPicture, {})).toMatchObject({ status: "ok" });
});

test("without the library it says which, and what to do", async () => {
  const result = await runCheck(pictures, { SD_MODEL_PATH: import.meta.path, SD_LIBRARY_PATH: "/none.so" });
  expect(result).toMatchObject({ status: "fail", code: "IMAGE_ENGINE_MISSING" });
  expect(result.message).toEndWith("is missing: /none.so");
  expect(result.advice).toContain("SD_LIBRARY_PATH");
});

describe.skipIf(!canBuildFakeStableDiffusion)("with the library (needs Linux and c++)", () => {
  let fake: FakeStableDiffusion;
  beforeAll(async () => {
    fake = await FakeStableDiffusion.build();
  }, BUILD_TIMEOUT_MS);
  afterAll(() => fake.remove());

  test("a model that is missing or none is told", async () => {
    const settings = { SD_LIBRARY_PATH: fake.path };
    const missing = runCheck(pictures, { ...settings, SD_MODEL_PATH: join(fake.folder, "none.gguf") });
    expect(await missing.catch(({ code }) => code)).toBe("IMAGE_ENGINE_MISSING");
    const none = runCheck(pictures, { ...settings, SD_MODEL_PATH: import.meta.path });
    expect(await none.catch(({ code }) => code)).toBe("MODEL_FILE_INVALID");
  });

  test("both there is told, and a step is drawn for --deep", async () => {
    const settings = { SD_LIBRARY_PATH: fake.path, SD_MODEL_PATH: fake.modelPath, SD_IMAGE_SIZE: "64" };
    expect(await runCheck(pictures, settings)).toMatchObject({ status: "ok" });
    const drawn = await runCheck(deepPicture, settings);
    expect(drawn.message).toMatch(/^fox draws 64 × 64 pixels on the processor, \d\.\d s for one step$/);
  }, 60_000);
});
