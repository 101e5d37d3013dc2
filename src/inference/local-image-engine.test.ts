import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import {
  BUILD_TIMEOUT_MS,
  canBuildFakeStableDiffusion,
  FakeStableDiffusion,
} from "../native/testing/build-fake-stable-diffusion.ts";
import type { ImageRequest } from "./image-engine.ts";
import { LocalImageEngine, type LocalImageEngineOptions } from "./local-image-engine.ts";
import { ModelHost } from "./model-host.ts";
import { DEFAULT_LIMITS } from "./supervisor-state.ts";
import { readPng } from "./testing/read-png.ts";
import { recordingLogger } from "./testing/recording-logger.ts";

/** The real runner with the real shim; only the models are not real: the library draws circles. */
const RUNNER = [process.execPath, join(import.meta.dir, "testing/runner-main.ts"), "image"];
const LIMITS = {
  ...DEFAULT_LIMITS,
  backoffMs: 1,
  stopRungMs: { shutdown: 500, terminate: 300, kill: 5000 },
};
/** Starting a runner takes seconds on a busy machine. */
const PATIENCE_MS = 60_000;
const RED = [220, 30, 30];
const FOX: ImageRequest = {
  prompt: "a red fox",
  negativePrompt: "",
  width: 128,
  height: 64,
  steps: 4,
  guidance: 7,
  seed: 2,
};

describe.skipIf(!canBuildFakeStableDiffusion)("drawing in a runner (needs Linux and c++)", () => {
  const engines: LocalImageEngine[] = [];
  let fake: FakeStableDiffusion;

  beforeAll(async () => {
    fake = await FakeStableDiffusion.build();
  }, BUILD_TIMEOUT_MS);
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.stop();
  });
  afterAll(() => fake.remove());

  async function started(options: Partial<LocalImageEngineOptions> = {}) {
    const logger = recordingLogger();
    const engine = new LocalImageEngine({
      host: new ModelHost(logger, async () => ({ ram: null, vram: null })),
      modelPath: fake.modelPath,
      libraryPath: fake.path,
      isDemo: false,
      imageSize: 64,
      threads: 0,
      gpu: "off",
      maxConcurrent: 1,
      timeoutMs: 60_000,
      logger,
      limits: LIMITS,
      command: RUNNER,
      ...options,
    });
    engines.push(engine);
    await engine.start();
    return { engine, logger };
  }

  function draw(
    engine: LocalImageEngine,
    change: Partial<ImageRequest> = {},
    signal = new AbortController().signal,
    onStep?: (step: number, steps: number) => void,
  ) {
    const options = { correlationId: "test", signal, ...(onStep === undefined ? {} : { onStep }) };
    return engine.draw({ ...FOX, ...change }, options);
  }

  async function failure(drawn: Promise<unknown>): Promise<AppError> {
    const thrown = await drawn.then(
      () => null,
      (error: unknown) => error,
    );
    if (!(thrown instanceof AppError)) throw thrown ?? new Error("it was drawn");
    return thrown;
  }

  test(
    "a picture comes step by step, in the colours and the size that were asked for",
    async () => {
      fake.play("step_ms 60");
      const { engine } = await started();
      expect(engine.status()).toMatchObject({ name: "fox", state: "stopped", pid: null });
      const steps: string[] = [];
      const tell = (step: number, of: number) => steps.push(`${step}/${of}`);
      const result = await draw(engine, { steps: 20 }, undefined, tell);
      expect(result).toMatchObject({ width: 128, height: 64, model: "fox" });
      expect(steps.at(-1)).toBe("20/20");
      expect(steps.length).toBeGreaterThan(2);
      const picture = readPng(result.png);
      expect([picture.width, picture.height]).toEqual([128, 64]);
      expect(picture.at(64, 32)).toEqual(RED);
      expect(picture.at(127, 63)).toEqual([255, 255, 255]);
      expect(result.metrics.load_ms).toBeGreaterThan(0);
      expect(result.metrics.generation_ms).toBeGreaterThan(1000);
      expect(engine.status()).toMatchObject({ usable: true, model: { gpu: "off", threads: 1 } });
      expect((await draw(engine)).metrics.load_ms).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    "cancelled in the middle: the model stays and draws the next one",
    async () => {
      fake.play("step_ms 30");
      const { engine } = await started();
      const abort = new AbortController();
      const drawn = draw(engine, { steps: 1000 }, abort.signal, () => abort.abort());
      expect((await failure(drawn)).code).toBe("CANCELLED");
      const { pid } = engine.status();
      fake.play();
      await draw(engine);
      expect(engine.status()).toMatchObject({ pid, crashes: 0 });
    },
    PATIENCE_MS,
  );

  test(
    "a picture that fails or does not fit is told with the reason; in tiles it may fit",
    async () => {
      const { engine, logger } = await started();
      fake.play("fail_at 2");
      expect(await failure(draw(engine))).toMatchObject({
        code: "INFERENCE_FAILED",
        message: "The picture could not be drawn: diffusion model compute failed",
      });
      fake.play("oom_at 2");
      const tooLarge = await failure(draw(engine));
      expect(tooLarge.code).toBe("OUT_OF_MEMORY");
      expect(tooLarge.message).toStartWith(
        "There is too little memory to draw a picture of 128 × 64 pixels: ",
      );
      fake.play("oom_untiled 1");
      await draw(engine);
      expect(logger.entries.map(({ message }) => message)).toContain(
        "Too little memory for a picture in one piece; trying it in tiles",
      );
      expect(engine.status().crashes).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    "a picture that takes too long is given up, and says how far it got",
    async () => {
      fake.play("step_ms 30");
      const { engine } = await started({ timeoutMs: 1000 });
      const late = await failure(draw(engine, { steps: 1000 }));
      expect(late.code).toBe("IMAGE_TIMEOUT");
      expect(late.message).toMatch(
        /^The picture was not finished within 1 s: \d+ of 1000 steps were done\.$/,
      );
      expect(engine.status().crashes).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    "a crash in native code fails the picture only, and the next one is drawn by a new process",
    async () => {
      fake.play("crash_at 3");
      const { engine } = await started();
      expect(await failure(draw(engine))).toMatchObject({ code: "RUNNER_CRASHED", retryable: true });
      fake.play();
      expect(readPng((await draw(engine)).png).at(64, 32)).toEqual(RED);
      expect(engine.status().crashes).toBe(1);
    },
    PATIENCE_MS,
  );

  test(
    "a step that never ends: its heart beats on, but the process is ended",
    async () => {
      fake.play("hang_at 2");
      const { engine } = await started({ limits: { ...LIMITS, noProgressMs: 3000 } });
      const stuck = await failure(draw(engine));
      expect(stuck).toMatchObject({ code: "RUNNER_STUCK", retryable: true });
      expect(stuck.message).toContain("makes no progress");
      fake.play();
      await draw(engine);
      expect(engine.status().crashes).toBe(1);
    },
    PATIENCE_MS,
  );

  test(
    "stopping ends a process that hangs in a step",
    async () => {
      fake.play("hang_at 2");
      const { engine } = await started();
      const begun = Promise.withResolvers<void>();
      const drawn = failure(draw(engine, {}, undefined, () => begun.resolve()));
      await begun.promise;
      const { pid } = engine.status();
      await engine.stop();
      expect((await drawn).code).toBe("CANCELLED");
      expect(existsSync(`/proc/${pid}`)).toBeFalse();
    },
    PATIENCE_MS,
  );

  test(
    "too little memory for the model: less is tried, and said; when nothing helps it is given up",
    async () => {
      fake.play("gpu_mib 4096", "load_oom_gpu 1");
      const { engine, logger } = await started({ gpu: "cuda" });
      await draw(engine);
      expect(engine.status().model).toMatchObject({ gpu: "cuda" });
      const steps = logger.entries.filter(({ message }) => message.startsWith("Loading fox with less"));
      expect(steps.map(({ message }) => message)).toEqual([
        "Loading fox with less, to fit into memory: weights in main memory",
      ]);
      await engine.stop();
      fake.play("load_oom 1");
      const hopeless = await started();
      const error = await failure(draw(hopeless.engine));
      expect(error.code).toBe("OUT_OF_MEMORY");
      expect(error.message).toStartWith("The image model does not fit into memory: ");
    },
    PATIENCE_MS,
  );

  test(
    "a model that the library refuses is told with the library's words",
    async () => {
      fake.play("refuse get sd version from file failed");
      const { engine } = await started();
      expect(await failure(draw(engine))).toMatchObject({
        code: "MODEL_LOAD_FAILED",
        message: "The image model could not be loaded: get sd version from file failed",
      });
    },
    PATIENCE_MS,
  );

  test(
    "several pictures at once, each with a copy of the model",
    async () => {
      fake.play("step_ms 30");
      const { engine } = await started({ maxConcurrent: 2 });
      await draw(engine);
      let together = 0;
      const look = () => {
        together = Math.max(together, engine.status().active);
      };
      const prompts = ["a red fox", "a blue fox", "a green fox"];
      const drawn = await Promise.all(prompts.map((prompt) => draw(engine, { prompt }, undefined, look)));
      expect(drawn.map(({ png }) => readPng(png).at(64, 32))).toEqual([RED, [40, 70, 220], [30, 160, 60]]);
      expect(together).toBe(2);
    },
    PATIENCE_MS,
  );

  test(
    "many pictures leave nothing behind",
    async () => {
      fake.play();
      const { engine, logger } = await started();
      for (let round = 0; round < 30; round++) await draw(engine, { seed: round });
      const rounds = logger.entries.filter(({ message }) => message.startsWith("generate_image"));
      expect(new Set(rounds.map(({ message }) => message))).toEqual(
        new Set(["generate_image 128x64, 0 alive"]),
      );
      expect(rounds).toHaveLength(30);
    },
    PATIENCE_MS,
  );

  test(
    "a library of another version is refused, and says so",
    async () => {
      const other = await FakeStableDiffusion.build("-DSD_SHIM_ABI=99");
      const { engine } = await started({ libraryPath: other.path });
      const error = await failure(draw(engine));
      expect(error.code).toBe("ENGINE_UNAVAILABLE");
      expect(error.message).toContain("another version of this program");
      other.remove();
    },
    BUILD_TIMEOUT_MS + PATIENCE_MS,
  );

  test(
    "what is missing is named, and found once it is there, without a restart",
    async () => {
      fake.play();
      const away = `${fake.path}.away`;
      await rename(fake.path, away);
      const { engine, logger } = await started();
      expect(logger.entries.at(-1)).toMatchObject({ level: "warn" });
      const library = await failure(draw(engine));
      expect(library.code).toBe("IMAGE_ENGINE_MISSING");
      expect(library.message).toBe(`The library that draws pictures is missing: ${fake.path}.`);
      expect(engine.status()).toMatchObject({
        ...{ state: "failed", usable: false, queued: 0 },
        error: { code: "IMAGE_ENGINE_MISSING" },
      });
      await rename(away, fake.path);
      await draw(engine);
      expect(engine.status()).toMatchObject({ usable: true, error: null });

      const noModel = await started({ modelPath: join(fake.folder, "none.gguf") });
      const model = await failure(draw(noModel.engine));
      expect(model.code).toBe("IMAGE_ENGINE_MISSING");
      expect(model.message).toEndWith("none.gguf is missing.");
      rmSync(away, { force: true });
    },
    PATIENCE_MS,
  );
});
