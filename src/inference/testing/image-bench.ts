import { afterAll, afterEach, beforeAll, describe } from "bun:test";
import { join } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import {
  BUILD_TIMEOUT_MS,
  canBuildFakeStableDiffusion,
  FakeStableDiffusion,
} from "../../native/testing/build-fake-stable-diffusion.ts";
import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import type { ImageRequest, ImageResult } from "../image-engine.ts";
import { LocalImageEngine, type LocalImageEngineOptions } from "../local-image-engine.ts";
import { ModelHost } from "../model-host.ts";
import { DEFAULT_LIMITS } from "../supervisor-state.ts";

/** Starting a runner takes seconds on a busy machine. */
export const PATIENCE_MS = 60_000;
export const RED = [220, 30, 30];
export const LIMITS = {
  ...DEFAULT_LIMITS,
  backoffMs: 1,
  stopRungMs: { shutdown: 500, terminate: 300, kill: 5000 },
};

const RUNNER = [process.execPath, join(import.meta.dir, "runner-main.ts"), "image"];
const FOX: ImageRequest = {
  prompt: "a red fox",
  negativePrompt: "",
  width: 128,
  height: 64,
  steps: 4,
  guidance: 7,
  seed: 2,
};

/** Image engines with the real runner and the real shim; only the models are not real: the library draws circles. */
export class ImageBench {
  readonly #engines: LocalImageEngine[] = [];
  #fake: FakeStableDiffusion | null = null;

  /** To be called once, before the tests. */
  async build(): Promise<void> {
    this.#fake = await FakeStableDiffusion.build();
  }

  get fake(): FakeStableDiffusion {
    if (this.#fake === null) throw new Error("the library was not built");
    return this.#fake;
  }

  async started(options: Partial<LocalImageEngineOptions> = {}) {
    const logger = new RecordingLogger();
    const engine = new LocalImageEngine({
      host: new ModelHost(logger, async () => ({ ram: null, vram: null })),
      modelPath: this.fake.modelPath,
      libraryPath: this.fake.path,
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
    this.#engines.push(engine);
    await engine.start();
    return { engine, logger };
  }

  /** To be called after each test. */
  async stop(): Promise<void> {
    for (const engine of this.#engines.splice(0)) await engine.stop();
  }
}

/** Tests on one bench. They say so where they cannot run. */
export function describeDrawing(title: string, tests: (bench: ImageBench) => void): void {
  describe.skipIf(!canBuildFakeStableDiffusion)(`${title} (needs Linux and c++)`, () => {
    const bench = new ImageBench();
    beforeAll(() => bench.build(), BUILD_TIMEOUT_MS);
    afterEach(() => bench.stop());
    afterAll(() => bench.fake.remove());
    tests(bench);
  });
}

/** A red fox, unless `change` wants something else. */
export function draw(
  engine: LocalImageEngine,
  change: Partial<ImageRequest> = {},
  signal = new AbortController().signal,
  onStep?: (step: number, steps: number) => void,
): Promise<ImageResult> {
  const options = { correlationId: "test", signal, ...(onStep === undefined ? {} : { onStep }) };
  return engine.draw({ ...FOX, ...change }, options);
}

/** Why it was not drawn. */
export async function failure(drawn: Promise<unknown>): Promise<AppError> {
  const thrown = await drawn.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw thrown ?? new Error("it was drawn");
  return thrown;
}
