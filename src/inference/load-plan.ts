import type { GgufFacts } from "../models/gguf.ts";
import type { MemoryPool } from "./model-scheduler-types.ts";
import type { GpuSetting } from "./protocol.ts";

/** Automatic context size in tokens: enough for a long note or a chunk of a document, and it has to fit several times. */
const AUTOMATIC_CONTEXT = 8192;
/** Of a step and of the context, in tokens. */
interface Sizes {
  readonly batch: number;
  readonly context: number;
}

const LEAST: Sizes = { batch: 1, context: 512 };
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
  /** Below this many tokens the model is of no use. Defaults to LEAST. */
  readonly least?: Sizes;
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
  return shrink({ pool: "ram", gpu }, CPU_BATCH, facts, settings);
}

function onGpu(facts: GgufFacts, settings: PlanSettings): LoadPlan[] {
  const plans = shrink({ pool: "vram", gpu: settings.gpu }, GPU_BATCH, facts, settings);
  const last = plans.at(-1);
  const layers = facts.kvCache?.layers ?? 0;
  for (const gpuLayers of [Math.floor(layers / 2), Math.floor(layers / 4)]) {
    if (last && gpuLayers > 0)
      plans.push({ ...last, step: `${gpuLayers} of ${layers} layers on the GPU`, gpuLayers });
  }
  return plans;
}

function shrink(
  place: Pick<LoadPlan, "pool" | "gpu">,
  batch: { readonly usual: number; readonly small: number },
  facts: GgufFacts,
  settings: PlanSettings,
): LoadPlan[] {
  const { least = LEAST } = settings;
  const small = Math.max(batch.small, least.batch);
  let plan: LoadPlan = {
    ...place,
    step: "nothing reduced",
    kvCache: "f16",
    gpuLayers: null,
    contextSize: fullContext(facts, settings),
    batchSize: Math.max(batch.usual, least.batch),
  };
  const plans = [plan];
  const then = (step: string, change: Partial<LoadPlan>) => {
    plan = { ...plan, ...change, step };
    plans.push(plan);
  };
  if (small < plan.batchSize) then(`batch of ${small} tokens`, { batchSize: small });
  while (settings.contextSize === 0 && plan.contextSize > least.context) {
    const contextSize = Math.max(least.context, Math.floor(plan.contextSize / 2));
    then(`context of ${contextSize} tokens`, { contextSize });
  }
  const { keyLength = 1, valueLength = 1 } = facts.kvCache ?? {};
  if (keyLength % Q8_BLOCK === 0 && valueLength % Q8_BLOCK === 0)
    then("KV cache in 8 bits", { kvCache: "q8_0" });
  return plans;
}

function fullContext({ contextLength }: GgufFacts, { contextSize }: PlanSettings): number {
  return contextSize > 0 ? contextSize : Math.min(contextLength ?? AUTOMATIC_CONTEXT, AUTOMATIC_CONTEXT);
}
