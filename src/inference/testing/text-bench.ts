import { join } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import { LocalTextEngine, type LocalTextEngineOptions } from "../local-text-engine.ts";
import { ModelHost } from "../model-host.ts";
import { DEFAULT_LIMITS } from "../supervisor-state.ts";
import type { TextResult } from "../text-engine.ts";

const MODEL = join(import.meta.dir, "../../models/demo/demo-text.gguf");
const FAKE = join(import.meta.dir, "fake-runner.ts");
export const LIMITS = {
  ...DEFAULT_LIMITS,
  backoffMs: 1,
  stopRungMs: { shutdown: 300, terminate: 300, kill: 5000 },
};

/** Text engines with a runner that does what its prompts and arguments say; see fake-runner.ts. */
export class TextBench {
  readonly #engines: LocalTextEngine[] = [];

  /** @param startup arguments of the runner */
  async started(options: Partial<LocalTextEngineOptions> = {}, ...startup: string[]) {
    const logger = new RecordingLogger();
    const engine = new LocalTextEngine({
      host: new ModelHost(logger, async () => ({ ram: null, vram: null })),
      modelPath: MODEL,
      isDemo: false,
      contextSize: 0,
      threads: 0,
      gpu: "off",
      maxConcurrent: 2,
      logger,
      limits: LIMITS,
      command: [process.execPath, FAKE, ...startup],
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

export function ask(
  engine: LocalTextEngine,
  prompt: string,
  signal = new AbortController().signal,
  onText?: (piece: string) => void,
) {
  return engine.generate(
    { messages: [{ role: "user", content: prompt }], maxTokens: 10, temperature: 0 },
    { correlationId: "test", signal, ...(onText === undefined ? {} : { onText }) },
  );
}

/** The text, or the code of the error. */
export async function outcome(result: Promise<TextResult>): Promise<string> {
  try {
    return (await result).text;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}
