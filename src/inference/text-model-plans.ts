import { stat } from "node:fs/promises";
import { buildInfo } from "../build-info.ts";
import type { GgufFacts } from "../models/gguf.ts";
import type { Logger } from "../observability/logger.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { type LoadPlan, loadPlans } from "./load-plan.ts";
import { describeMemory, mayHaveGpu } from "./memory-budget.ts";
import type { ModelMemoryKey, ModelMemoryStore } from "./model-memory.ts";
import type { Rung } from "./model-scheduler-types.ts";
import type { GpuSetting } from "./protocol.ts";

export interface TextModelSettings {
  readonly modelPath: string;
  readonly contextSize: number;
  readonly gpu: GpuSetting;
  readonly sequences: number;
  readonly logger: Logger;
}

/** The ways to load a text model, with what each takes. */
export interface TextModelPlans {
  readonly rungs: readonly (Rung & { readonly plan: LoadPlan })[];
  /** The best one that has worked before, on this machine and with these settings; else the best of all. */
  readonly firstRung: number;
  /** Never rejects; that it could not be remembered is logged. */
  remember(rung: number, bytes: number): Promise<void>;
}

/** Estimates what each way to load the model takes; where it was measured by an earlier run, that counts. */
export async function textModelPlans(
  facts: GgufFacts,
  settings: TextModelSettings,
  memory: ModelMemoryStore | undefined,
): Promise<TextModelPlans> {
  const { sequences, logger } = settings;
  const file = await identify(settings.modelPath);
  const plans = loadPlans(facts, { ...settings, mayHaveGpu: mayHaveGpu() });
  const keys = plans.map((plan) => keyOf(file, plan, sequences));
  const warn = (error: unknown) => {
    logger.warn("Measured memory of the model is not kept", {
      source: "inference/text-model-plans.ts:textModelPlans",
      error,
    });
    return null;
  };
  const measured = await Promise.all(keys.map((key) => memory?.recall(key) ?? null)).catch(warn);
  const worked = measured?.findIndex((bytes) => bytes !== null) ?? -1;
  return {
    rungs: plans.map((plan, index) => ({
      plan,
      pool: plan.pool,
      bytes: measured?.[index] ?? estimateMemory(plan, facts, facts.expectedBytes * facts.parts, sequences),
    })),
    firstRung: Math.max(0, worked),
    remember: async (rung, bytes) => {
      const key = keys[rung];
      if (key) await memory?.remember(key, bytes).catch(warn);
    },
  };
}

async function identify(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${path} ${size} ${Math.round(mtimeMs)}`;
}

function keyOf(file: string, plan: LoadPlan, sequences: number): ModelMemoryKey {
  const { contextSize, gpu, batchSize, kvCache, gpuLayers } = plan;
  const layers = gpuLayers === null ? "all layers" : `${gpuLayers} layers`;
  const device = `gpu ${gpu}, ${layers}, batch ${batchSize}, cache ${kvCache}, ${describeMemory()}`;
  return { model: file, contextSize, sequences, device, build: buildInfo.version };
}
