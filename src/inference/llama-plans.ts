import type { GgufFacts } from "../models/gguf.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { type LoadPlan, loadPlans, type PlanSettings } from "./load-plan.ts";
import { describeMemory, mayHaveGpu } from "./memory-budget.ts";
import type { EstimatedPlan } from "./model-plans.ts";
import type { GpuSetting } from "./protocol.ts";

export interface LlamaModelSettings {
  /** 0 = automatic. */
  readonly contextSize: number;
  readonly gpu: GpuSetting;
  readonly sequences: number;
  /** Below these it is of no use; see PlanSettings. */
  readonly least?: PlanSettings["least"];
  /** What else is loaded with it, in bytes. */
  readonly companionBytes?: number;
}

/** The ways to load a GGUF model with llama.cpp, and an estimate of what each takes. */
export function llamaPlans(facts: GgufFacts, settings: LlamaModelSettings): EstimatedPlan<LoadPlan>[] {
  const { sequences, companionBytes = 0 } = settings;
  const fileBytes = facts.expectedBytes * facts.parts + companionBytes;
  return loadPlans(facts, { ...settings, mayHaveGpu: mayHaveGpu() }).map((plan) => ({
    plan,
    bytes: estimateMemory(plan, facts, fileBytes, sequences),
    key: { contextSize: plan.contextSize, sequences, device: describeDevice(plan) },
  }));
}

function describeDevice({ gpu, batchSize, kvCache, gpuLayers }: LoadPlan): string {
  const layers = gpuLayers === null ? "all layers" : `${gpuLayers} layers`;
  return `gpu ${gpu}, ${layers}, batch ${batchSize}, cache ${kvCache}, ${describeMemory()}`;
}
