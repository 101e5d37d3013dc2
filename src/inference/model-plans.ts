import { stat } from "node:fs/promises";
import { buildInfo } from "../build-info.ts";
import type { Logger } from "../observability/logger.ts";
import type { ModelMemoryKey, ModelMemoryStore } from "./model-memory.ts";
import type { MemoryPool, Rung } from "./model-scheduler-types.ts";
import type { GpuSetting } from "./protocol.ts";

/** A way to load a model; each kind of engine adds its own. */
export interface ModelPlan {
  /** What was reduced last to save memory, for people. */
  readonly step: string;
  readonly pool: MemoryPool;
  readonly gpu: GpuSetting;
}

export interface EstimatedPlan<Plan extends ModelPlan> {
  readonly plan: Plan;
  /** What it takes, as far as that can be told before it was measured. */
  readonly bytes: number;
  readonly key: Pick<ModelMemoryKey, "contextSize" | "sequences" | "device">;
}

/** The ways to load a model, with what each takes. */
export interface ModelPlans<Plan extends ModelPlan> {
  readonly rungs: readonly (Rung & { readonly plan: Plan })[];
  /** The best one that has worked before, on this machine and with these settings; else the best of all. */
  readonly firstRung: number;
  /** Never rejects; that it could not be remembered is logged. */
  remember(rung: number, bytes: number): Promise<void>;
}

/**
 * Puts what earlier runs have measured in the place of estimates.
 * @param files all files of the model
 */
export async function measuredPlans<Plan extends ModelPlan>(
  files: readonly string[],
  plans: readonly EstimatedPlan<Plan>[],
  memory: ModelMemoryStore | undefined,
  logger: Logger,
): Promise<ModelPlans<Plan>> {
  const model = (await Promise.all(files.map(identify))).join(" ");
  const keys = plans.map(({ key }) => ({ ...key, model, build: buildInfo.version }));
  const warn = (error: unknown) => {
    logger.warn("Measured memory of the model is not kept", {
      source: "inference/model-plans.ts:measuredPlans",
      error,
    });
    return null;
  };
  const measured = await Promise.all(keys.map((key) => memory?.recall(key) ?? null)).catch(warn);
  const worked = measured?.findIndex((bytes) => bytes !== null) ?? -1;
  return {
    rungs: plans.map(({ plan, bytes }, index) => ({
      plan,
      pool: plan.pool,
      bytes: measured?.[index] ?? bytes,
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
