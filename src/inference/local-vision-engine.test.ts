import { afterEach, expect, test } from "bun:test";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { LocalVisionEngine, type LocalVisionEngineOptions } from "./local-vision-engine.ts";
import { ModelHost } from "./model-host.ts";
import { DEFAULT_LIMITS } from "./supervisor-state.ts";

const DEMO = join(import.meta.dir, "../models/demo");
const MODEL = join(DEMO, "demo-text.gguf");
const MMPROJ = join(DEMO, "demo-mmproj.gguf");
const FAKE = join(import.meta.dir, "testing/fake-runner.ts");

const engines: LocalVisionEngine[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function started(options: Partial<LocalVisionEngineOptions> = {}, ...startup: string[]) {
  const logger = new RecordingLogger();
  const engine = new LocalVisionEngine({
    host: new ModelHost(logger, async () => ({ ram: null, vram: null })),
    modelPath: MODEL,
    mmprojPath: MMPROJ,
    isDemo: false,
    threads: 0,
    gpu: "off",
    logger,
    limits: { ...DEFAULT_LIMITS, backoffMs: 1 },
    command: [process.execPath, FAKE, ...startup],
    ...options,
  });
  engines.push(engine);
  await engine.start();
  const warnings = () =>
    logger.entries.filter(({ level }) => level !== "debug").map(({ message }) => message);
  return { engine, warnings };
}

async function look(engine: LocalVisionEngine, prompt = "hello"): Promise<string> {
  const request = { imagePath: "/a.png", systemPrompt: null, prompt, maxTokens: 10, temperature: 0 };
  const options = { correlationId: "test", signal: new AbortController().signal };
  try {
    return (await engine.describe(request, options)).text;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}

test("pictures are looked at one after the other", async () => {
  const begun = Promise.withResolvers<void>();
  const { engine } = await started({ onWaiting: (isWaiting) => isWaiting || begun.resolve() });
  const first = look(engine, "wait");
  const second = look(engine, "second");
  await begun.promise;
  expect(engine.status()).toMatchObject({ name: "CanvusLocalLLM demo", active: 1, queued: 1 });
  await engine.stop();
  expect(await Promise.all([first, second])).toEqual(["CANCELLED", "CANCELLED"]);
});

test.each([
  ["a model that is not there", { modelPath: "/no/model.gguf" }, "MODEL_FILE_MISSING"],
  ["an encoder that is not there", { mmprojPath: "/no/mmproj.gguf" }, "MODEL_FILE_MISSING"],
  ["the two taken for each other", { modelPath: MMPROJ, mmprojPath: MODEL }, "MODEL_FILE_INVALID"],
  ["a model in the encoder's place", { mmprojPath: MODEL }, "MODEL_FILE_INVALID"],
])("%s is said at the start, and nothing is started", async (_what, files, code) => {
  const { engine, warnings } = await started(files);
  expect(engine.status()).toMatchObject({ state: "failed", error: { code }, pid: null });
  expect(warnings()).toEqual([expect.stringMatching(/^Pictures cannot be looked at: The (model )?file /)]);
  expect(await look(engine)).toBe(code);
});

test("files that are put right while the service runs are used from then on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vision-"));
  folders.push(folder);
  const mmprojPath = join(folder, "mmproj.gguf");
  const { engine } = await started({ mmprojPath });
  expect(await look(engine)).toBe("MODEL_FILE_MISSING");
  await copyFile(MMPROJ, mmprojPath);
  expect(await look(engine)).toBe("echo: hello");
  expect(engine.status()).toMatchObject({ state: "ready", error: null });
});

test("an engine that says why before it dies of a model is not started again", async () => {
  const last = "llama_model_load: error loading model: unknown model architecture: 'x'";
  const { engine, warnings } = await started({}, "dies-saying", last);
  expect(await look(engine)).toBe("MODEL_LOAD_FAILED");
  expect(engine.status()).toMatchObject({ state: "failed", crashes: 0 });
  expect(warnings()).toContain("The model could not be loaded: unknown model architecture: 'x'.");
});

test("one that dies of too little memory is loaded with less, as far down as a picture has room", async () => {
  const last = "ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 1006632960";
  const { engine, warnings } = await started({}, "dies-saying", last);
  expect(await look(engine)).toBe("OUT_OF_MEMORY");
  expect(warnings().filter((message) => message.startsWith("Loading"))).toEqual([
    "Loading CanvusLocalLLM demo with less, to fit into memory: context of 4096 tokens",
    "Loading CanvusLocalLLM demo with less, to fit into memory: context of 2048 tokens",
    "Loading CanvusLocalLLM demo with less, to fit into memory: KV cache in 8 bits",
  ]);
});

test("what cannot fit into memory is not even started", async () => {
  const host = new ModelHost(new RecordingLogger(), async () => ({ ram: 100_000_000, vram: null }));
  const { engine } = await started({ host });
  expect(await look(engine)).toBe("OUT_OF_MEMORY");
  expect(engine.status()).toMatchObject({ state: "stopped", pid: null });
});
