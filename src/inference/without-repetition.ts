import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { findRepetition, type Repetition } from "./find-repetition.ts";
import type { EngineStatus } from "./local-engine.ts";
import type { GenerateOptions, InferenceMetrics, TextEngine, TextResult } from "./text-engine.ts";
import type { VisionEngine } from "./vision-engine.ts";
import { wholeSentences } from "./whole-sentences.ts";

interface Observable {
  status(): EngineStatus;
}

interface Guarded {
  /** Who answers. */
  readonly engine: Observable;
  readonly logger: Logger;
  /** What is left of a text that ends where the repetition has been said once. */
  readonly keep: (text: string) => string;
}

/** Who breaks an answer off gets no figures for it. */
const UNKNOWN: InferenceMetrics = {
  queue_ms: 0,
  load_ms: 0,
  prompt_tokens: 0,
  prompt_ms: 0,
  completion_tokens: 0,
  generation_ms: 0,
  ttft_ms: 0,
  prompt_tokens_per_second: 0,
  completion_tokens_per_second: 0,
};

/** An answer is looked at each time it has grown by so many UTF-16 units. */
const LOOK_EVERY = 64;

/** The same engine, which ends an answer that does nothing but repeat itself, and cuts off what repeats. */
export function withoutRepetition(engine: TextEngine & Observable, logger: Logger): TextEngine & Observable {
  return {
    generate: (request, options) => {
      // Half a JSON object says nothing, but who asked for it knows what to do with one.
      const keep = request.jsonSchema === undefined ? wholeSentences : (text: string) => text;
      return guard((watched) => engine.generate(request, watched), options, { engine, logger, keep });
    },
    countTokens: (texts, options) => engine.countTokens(texts, options),
    contextSize: () => engine.contextSize(),
    status: () => engine.status(),
  };
}

/** See withoutRepetition. */
export function visionWithoutRepetition(
  engine: VisionEngine & Observable,
  logger: Logger,
): VisionEngine & Observable {
  return {
    describe: (request, options) =>
      guard((watched) => engine.describe(request, watched), options, {
        ...{ engine, logger, keep: wholeSentences },
      }),
    status: () => engine.status(),
  };
}

async function guard(
  ask: (options: GenerateOptions) => Promise<TextResult>,
  options: GenerateOptions,
  guarded: Guarded,
): Promise<TextResult> {
  const growing = new GrowingAnswer();
  const enough = new AbortController();
  const onText = (piece: string, tokens: number) => {
    if (enough.signal.aborted) return;
    options.onText?.(piece, tokens);
    if (growing.repeatsWith(piece)) enough.abort();
  };
  const signal = AbortSignal.any([options.signal, enough.signal]);
  try {
    const result = await ask({ ...options, signal, onText });
    const found = result.stopReason === "length" ? findRepetition(result.text, "cutOff") : null;
    return found === null ? result : { ...result, ...cut(result.text, found, options, guarded) };
  } catch (error) {
    const { repetition, text } = growing;
    if (repetition === null || options.signal.aborted) throw error;
    const model = guarded.engine.status().name;
    return {
      ...{ model, promptTokensCut: 0, metrics: UNKNOWN },
      ...cut(text, repetition, options, guarded),
    };
  }
}

/** What has come of an answer so far. */
class GrowingAnswer {
  text = "";
  repetition: Repetition | null = null;
  #lookedAt = 0;

  /** @returns true when with this piece it does nothing but repeat itself */
  repeatsWith(piece: string): boolean {
    this.text += piece;
    if (this.text.length - this.#lookedAt < LOOK_EVERY) return false;
    this.#lookedAt = this.text.length;
    this.repetition = findRepetition(this.text, "writing");
    return this.repetition !== null;
  }
}

function cut(
  text: string,
  { start, period }: Repetition,
  { correlationId }: GenerateOptions,
  { engine, logger, keep }: Guarded,
): Pick<TextResult, "text" | "stopReason"> {
  // The full stop may count as the next one's, where one stands before the first as well.
  const [signs = ""] = /^[^\p{L}\p{N}]*/u.exec(text.slice(start + period, start + 2 * period)) ?? [];
  const kept = keep(text.slice(0, start + period + signs.length));
  const { name: model, endpoint } = engine.status();
  const error = new AppError("MODEL_REPEATS_ITSELF", `The model ${model} repeats itself.`);
  logger.warn("a model began to repeat itself, its answer was ended", {
    source: "inference/without-repetition.ts:cut",
    correlation_id: correlationId,
    ...{ model, endpoint: endpoint ?? "local", characters: text.length, kept: kept.length, period },
    // With it the warning is counted where errors are. Without an answer whoever asked reports one, and is counted.
    ...(kept === "" ? {} : { error }),
  });
  return { text: kept, stopReason: "repetition" };
}
