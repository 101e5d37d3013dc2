import { basename } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { LoadOptions, ModelInfo } from "../protocol.ts";
import {
  type EngineLoadHooks,
  type EngineWorkHooks,
  notMyWork,
  type RunnerEngine,
} from "../runner/engine.ts";
import type { WorkRequest, WorkResult } from "../runner-work.ts";
import { checkPicture } from "./check-picture.ts";
import { type LoadedVision, loadVision } from "./load-vision.ts";
import { MEDIA_MARKER, type VisionAnswer, type VisionContext } from "./vision-library.ts";

type VisionRequest = Extract<WorkRequest, { kind: "vision" }>;

const NO_ROOM = /not enough context/i;

/** llama.cpp with a picture encoder: answers one question about a picture at a time. Runs in a runner only. */
export class LlamaVisionEngine implements RunnerEngine {
  readonly model: ModelInfo;
  readonly vramBytes: number;
  readonly #open: () => VisionContext;
  readonly #log: EngineLoadHooks["log"];
  /** Null after a failure, until the next request: a context that has failed once is of no use any more. */
  #context: VisionContext | null;
  #busy = false;
  #progress = 0;

  private constructor(loaded: LoadedVision, options: LoadOptions<"vision">, log: EngineLoadHooks["log"]) {
    this.#open = loaded.open;
    this.#context = loaded.context;
    this.#log = log;
    this.vramBytes = loaded.vramBytes;
    this.model = {
      name: loaded.facts.name ?? basename(options.modelPath, ".gguf"),
      path: options.modelPath,
      quantization: loaded.facts.quantization,
      contextSize: options.contextSize,
      gpu: loaded.gpu,
      threads: loaded.threads,
      isDemo: options.isDemo,
    };
  }

  /** @throws AppError as loadVision does */
  static async load(options: LoadOptions<"vision">, hooks: EngineLoadHooks): Promise<LlamaVisionEngine> {
    return new LlamaVisionEngine(await loadVision(options, hooks), options, hooks.log);
  }

  /** Pieces of text that were written; how far a picture is read the library does not tell. */
  get progress(): number {
    return this.#progress;
  }

  async run(request: WorkRequest, hooks: EngineWorkHooks): Promise<WorkResult> {
    if (request.kind !== "vision") throw notMyWork(request.kind);
    if (this.#busy) throw new AppError("QUEUE_FULL", "The vision engine looks at one picture at a time.");
    this.#busy = true;
    try {
      await checkPicture(request.imagePath);
      return await this.#look(request, hooks);
    } finally {
      this.#busy = false;
    }
  }

  async dispose(): Promise<void> {
    this.#context?.stopCompletion();
    await this.#context?.release();
  }

  async #look(request: VisionRequest, { signal, onText }: EngineWorkHooks): Promise<WorkResult<"vision">> {
    this.#context ??= this.#open();
    const context = this.#context;
    const stop = () => context.stopCompletion();
    signal.addEventListener("abort", stop, { once: true });
    const begun = performance.now();
    let firstAt: number | null = null;
    let written = 0;
    let pieces = 0;
    try {
      if (signal.aborted) throw cancelled();
      const answer = await context.completion(completionOf(request), ({ content = "" }) => {
        firstAt ??= performance.now();
        this.#progress++;
        pieces++;
        if (content.length > written) onText(content.slice(written), 1);
        written = Math.max(written, content.length);
      });
      if (answer.context_full) await this.#discard(context);
      if (answer.interrupted || signal.aborted) throw cancelled();
      return this.#result(answer, pieces, (firstAt ?? performance.now()) - begun);
    } catch (error) {
      if (error instanceof AppError) throw error;
      await this.#discard(context);
      throw this.#failure(error);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  #result(answer: VisionAnswer, pieces: number, ttftMs: number): WorkResult<"vision"> {
    const { timings } = answer;
    const promptTokens = Math.max(0, answer.tokens_evaluated - answer.tokens_predicted);
    // The library sometimes leaves the last token out; a piece may hold several.
    const completionTokens = Math.max(answer.tokens_predicted, pieces);
    return {
      text: answer.content ?? answer.text,
      model: this.model.name,
      stopReason: answer.stopped_limited || answer.context_full ? "length" : "stop",
      promptTokensCut: 0,
      metrics: {
        queue_ms: 0,
        load_ms: 0,
        prompt_tokens: promptTokens,
        prompt_ms: timings.prompt_ms,
        completion_tokens: completionTokens,
        generation_ms: timings.predicted_ms,
        ttft_ms: ttftMs,
        prompt_tokens_per_second: perSecond(timings.prompt_n, timings.prompt_ms),
        completion_tokens_per_second: perSecond(completionTokens, timings.predicted_ms),
      },
    };
  }

  async #discard(context: VisionContext): Promise<void> {
    this.#log("debug", "The vision engine opens its model again for the next request");
    this.#context = null;
    await context.release();
  }

  #failure(error: unknown): AppError {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    const { contextSize } = this.model;
    const message = NO_ROOM.test(reason)
      ? `The picture and what is asked do not fit into the model's context of ${contextSize} tokens.`
      : `The picture could not be looked at: ${reason}.`;
    return new AppError("INFERENCE_FAILED", message, { cause: error });
  }
}

function completionOf({ systemPrompt, prompt, imagePath, maxTokens, temperature }: VisionRequest) {
  // Whoever writes the marker into a note does not mean it, and the library would miss a second picture.
  const plain = (text: string) => text.replaceAll(MEDIA_MARKER, "");
  const system = systemPrompt === null ? [] : [{ role: "system", content: plain(systemPrompt) }];
  return {
    messages: [...system, { role: "user", content: `${MEDIA_MARKER}\n${plain(prompt)}` }],
    media_paths: [imagePath],
    n_predict: maxTokens,
    temperature,
    enable_thinking: false,
    reasoning_format: "auto" as const,
  };
}

function cancelled(): AppError {
  return new AppError("CANCELLED", "The answer was cancelled.");
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? (count * 1000) / ms : 0;
}
