import type { GgufFacts } from "../models/gguf.ts";
import type { MemoryPool } from "./model-scheduler-types.ts";
import type { GpuSetting } from "./protocol.ts";

/** Automatic context size in tokens: enough for a long note or a chunk of a document, and it has to fit several times. */
const AUTOMATIC_CONTEXT = 8192;
const SMALLEST_CONTEXT = 512;
/** Tokens read in one step. Small steps on a CPU, because a step cannot be cancelled and only its end counts as progress. */
const CPU_BATCH = { usual: 128, small: 32 } as const;
const GPU_BATCH = { usual: 512, small: 128 } as const;
/** The 8-bit cache keeps numbers in blocks of so many; llama.cpp refuses it for models whose heads have another length. */
const Q8_BLOCK = 32;

/** How a text model is loaded. The steps that save memory build on each other. */
export interface LoadPlan {
  /** What was reduced last, for people. */
  readonly step: string;
  readonly pool: MemoryPool;
  readonly gpu: GpuSetting;
  readonly contextSize: number;
  readonly batchSize: number;
  readonly kvCache: "f16" | "q8_0";
  /** Layers that the GPU computes; null = as many as fit. */
  readonly gpuLayers: number | null;
}

export interface PlanSettings {
  /** 0 = automatic; only then it may shrink. */
  readonly contextSize: number;
  readonly gpu: GpuSetting;
  /** False when this machine surely has no GPU. */
  readonly mayHaveGpu: boolean;
}

/**
 * The ladder of ways to load a model, from the best to the smallest: smaller batch, smaller context, 8-bit KV cache,
 * fewer layers on the GPU, and where the GPU is a choice of ours the same once more without it.
 */
export function loadPlans(facts: GgufFacts, settings: PlanSettings): readonly LoadPlan[] {
  const { gpu, mayHaveGpu } = settings;
  if (gpu === "off") return onProcessor(facts, settings, "off");
  if (gpu !== "auto") return onGpu(facts, settings);
  if (!mayHaveGpu) return onProcessor(facts, settings, "auto");
  const [first, ...others] = onProcessor(facts, settings, "off");
  return [...onGpu(facts, settings), ...(first ? [{ ...first, step: "no GPU" }] : []), ...others];
}

function onProcessor(facts: GgufFacts, settings: PlanSettings, gpu: GpuSetting): LoadPlan[] {
  const first = { step: "nothing reduced", pool: "ram", gpu, kvCache: "f16", gpuLayers: null } as const;
  const contextSize = fullContext(facts, settings);
  return shrink({ ...first, contextSize, batchSize: CPU_BATCH.usual }, CPU_BATCH.small, facts, settings);
}

function onGpu(facts: GgufFacts, settings: PlanSettings): LoadPlan[] {
  const { gpu } = settings;
  const first = { step: "nothing reduced", pool: "vram", gpu, kvCache: "f16", gpuLayers: null } as const;
  const contextSize = fullContext(facts, settings);
  const plans = shrink(
    { ...first, contextSize, batchSize: GPU_BATCH.usual },
    GPU_BATCH.small,
    facts,
    settings,
  );
  const last = plans.at(-1);
  const layers = facts.kvCache?.layers ?? 0;
  for (const gpuLayers of [Math.floor(layers / 2), Math.floor(layers / 4)]) {
    if (last && gpuLayers > 0)
      plans.push({ ...last, step: `${gpuLayers} of ${layers} layers on the GPU`, gpuLayers });
  }
  return plans;
}

function shrink(first: LoadPlan, batchSize: number, facts: GgufFacts, settings: PlanSettings): LoadPlan[] {
  let plan: LoadPlan = { ...first, step: `batch of ${batchSize} tokens`, batchSize };
  const plans = [first, plan];
  while (settings.contextSize === 0 && plan.contextSize > SMALLEST_CONTEXT) {
    const contextSize = Math.max(SMALLEST_CONTEXT, Math.floor(plan.contextSize / 2));
    plan = { ...plan, step: `context of ${contextSize} tokens`, contextSize };
    plans.push(plan);
  }
  const { keyLength = 1, valueLength = 1 } = facts.kvCache ?? {};
  if (keyLength % Q8_BLOCK === 0 && valueLength % Q8_BLOCK === 0) {
    plans.push({ ...plan, step: "KV cache in 8 bits", kvCache: "q8_0" });
  }
  return plans;
}

function fullContext({ contextLength }: GgufFacts, { contextSize }: PlanSettings): number {
  return contextSize > 0 ? contextSize : Math.min(contextLength ?? AUTOMATIC_CONTEXT, AUTOMATIC_CONTEXT);
}
