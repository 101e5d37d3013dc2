import type { TextResult } from "../inference/text-engine.ts";
import type { AbilityResult } from "./ability.ts";

type UsageFields = Pick<AbilityResult, "model" | "promptTokens" | "completionTokens" | "timings">;

/** What the model calls of one answer took together. */
export function usageOf(results: readonly TextResult[]): UsageFields {
  const sum = (field: keyof TextResult["metrics"]) =>
    results.reduce((total, { metrics }) => total + metrics[field], 0);
  const models = [...new Set(results.map(({ model }) => model))];
  return {
    model: models.join(" + "),
    promptTokens: sum("prompt_tokens"),
    completionTokens: sum("completion_tokens"),
    timings: {
      queue_ms: sum("queue_ms"),
      load_ms: sum("load_ms"),
      prompt_ms: sum("prompt_ms"),
      ttft_ms: results.at(-1)?.metrics.ttft_ms ?? 0,
      generation_ms: sum("generation_ms"),
    },
  };
}
