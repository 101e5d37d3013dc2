import { AppError } from "../errors/app-error.ts";
import { checkModelFile } from "../models/check-model-file.ts";
import { llamaPlans } from "./llama-plans.ts";
import type { LoadPlan } from "./load-plan.ts";
import { type EngineModel, type EngineStatus, LocalEngine, type LocalEngineOptions } from "./local-engine.ts";
import { measuredPlans } from "./model-plans.ts";
import type { ModelInfo } from "./protocol.ts";
import { MAX_COUNTED_TEXTS } from "./runner-work.ts";
import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "./text-engine.ts";

export interface LocalTextEngineOptions extends LocalEngineOptions {
  /** Tokens of each request's context, prompt and answer together; 0 = automatic. */
  readonly contextSize: number;
  /** How many requests are computed at once, in one batch. */
  readonly maxConcurrent: number;
}

/** Answers with a model on this machine, computed in a supervised process. Requests wait in order of arrival. */
export class LocalTextEngine implements TextEngine {
  readonly #options: LocalTextEngineOptions;
  readonly #engine: LocalEngine;

  constructor(options: LocalTextEngineOptions) {
    this.#options = options;
    this.#engine = new LocalEngine("text", options);
  }

  /**
   * Checks the model file and begins to load it; `ready()` tells when it is usable.
   * @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID; CANCELLED when it was stopped meanwhile
   */
  async start(): Promise<void> {
    this.#engine.open(await this.#engine.unlessStopped(this.#model()));
    // Why it cannot be loaded is in the log and in the status; here nobody waits for it.
    this.ready().catch(() => undefined);
  }

  /** See LocalEngine.ready. */
  ready(): Promise<ModelInfo> {
    return this.#engine.ready();
  }

  /** See LocalEngine.stop. */
  stop(drainMs = 0): Promise<void> {
    return this.#engine.stop(drainMs);
  }

  status(): EngineStatus {
    return this.#engine.status();
  }

  async generate(request: TextRequest, options: GenerateOptions): Promise<TextResult> {
    const work = { kind: "text" as const, ...request, messages: [...request.messages] };
    const { result, waited } = await this.#engine.run(work, options);
    return { ...result, metrics: { ...result.metrics, ...waited } };
  }

  async countTokens(
    texts: readonly string[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<number[]> {
    if (texts.length > MAX_COUNTED_TEXTS)
      throw new AppError("INTERNAL", `Tokens of ${texts.length} texts cannot be counted at once.`);
    const work = { kind: "tokens" as const, texts: [...texts] };
    return (await this.#engine.run(work, { correlationId: "", signal })).result.counts;
  }

  async contextSize(): Promise<number> {
    return (await this.ready()).contextSize;
  }

  async #model(): Promise<EngineModel<LoadPlan>> {
    const { modelPath, isDemo, threads, maxConcurrent: sequences, memory, logger } = this.#options;
    const facts = await checkModelFile(modelPath);
    const estimated = llamaPlans(facts, { ...this.#options, sequences });
    return {
      name: facts.name,
      parallel: sequences,
      plans: await measuredPlans([modelPath], estimated, memory, logger),
      loadOptions: ({ step: _step, pool: _pool, ...plan }, gpu) => {
        return { kind: "text", ...plan, gpu, modelPath, isDemo, threads, sequences };
      },
    };
  }
}
