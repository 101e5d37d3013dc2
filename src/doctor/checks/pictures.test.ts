import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { loadConfig } from "../../config/load.ts";
import {
  BUILD_TIMEOUT_MS,
  canBuildFakeStableDiffusion,
  FakeStableDiffusion,
} from "../../native/testing/build-fake-stable-diffusion.ts";
import type { Check, CheckResult } from "../check.ts";
import { createDoctorContext } from "../context.ts";
import { deepPicture, pictures } from "./pictures.ts";

async function run(check: Check, settings: Record<string, string>): Promise<CheckResult> {
  const loaded = await loadConfig({
    environment: settings,
    envFile: { directories: [] },
    workingDirectory: "/",
  });
  return check.run(createDoctorContext(loaded), new AbortController().signal);
}

test("nothing set up is nothing wrong", async () => {
  expect(await run(pictures, {})).toMatchObject({ status: "ok" });
  expect(await run(deepPicture, {})).toMatchObject({ status: "ok" });
});

test("without the library it says which, and what to do", async () => {
  const result = await run(pictures, { SD_MODEL_PATH: import.meta.path, SD_LIBRARY_PATH: "/none.so" });
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
    const missing = run(pictures, { ...settings, SD_MODEL_PATH: join(fake.folder, "none.gguf") });
    expect(await missing.catch(({ code }) => code)).toBe("IMAGE_ENGINE_MISSING");
    const none = run(pictures, { ...settings, SD_MODEL_PATH: import.meta.path });
    expect(await none.catch(({ code }) => code)).toBe("MODEL_FILE_INVALID");
  });

  test("both there is told, and a step is drawn for --deep", async () => {
    const settings = { SD_LIBRARY_PATH: fake.path, SD_MODEL_PATH: fake.modelPath, SD_IMAGE_SIZE: "64" };
    expect(await run(pictures, settings)).toMatchObject({ status: "ok" });
    const drawn = await run(deepPicture, settings);
    expect(drawn.message).toMatch(/^fox draws 64 × 64 pixels on the processor, \d\.\d s for one step$/);
  }, 60_000);
});
