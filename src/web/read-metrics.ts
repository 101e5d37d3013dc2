import type { InferencePoint } from "../storage/queries/inference-statistics.ts";
import type { PromptPoint } from "../storage/queries/prompt-statistics.ts";
import type { SystemPoint } from "../storage/queries/system-statistics.ts";
import type { StorageQueries } from "../storage/storage.ts";
import { type Range, type RangeSpan, spanOf } from "./time-span.ts";

export interface Metrics extends RangeSpan {
  readonly prompts: PromptPoint[];
  readonly inferences: InferencePoint[];
  readonly system: SystemPoint[];
}

/** All points of the charts. */
export async function readMetrics(database: StorageQueries, range: Range | undefined): Promise<Metrics> {
  const span = spanOf(range);
  const { from, to, step } = span;
  const isMinute = step === "minute";
  const [prompts, inferences, system] = await Promise.all([
    isMinute ? database.promptMinutes({ from, to }) : database.promptSeries({ from, to, step }),
    isMinute ? database.inferenceMinutes({ from, to }) : database.inferenceSeries({ from, to, step }),
    database.systemSeries({ from, to, step: isMinute ? "sample" : step }),
  ]);
  return { ...span, prompts, inferences, system };
}
