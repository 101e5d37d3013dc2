import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import type { ModelInfo } from "./protocol.ts";
import type { SupervisorState } from "./supervisor-state.ts";

/** What the log tells of a runner when it enters a phase of its life. */
export function logPhase(logger: Logger, { phase, crashes }: SupervisorState): void {
  const source = "inference/supervisor-log.ts:logPhase";
  logger.debug(`Runner is ${phase.name}`, { source, crashes });
  if (phase.name !== "waiting" && phase.name !== "failed" && phase.name !== "quarantined") return;
  const { code, message } = phase.error;
  // Too little memory is not the end: whoever started it may have a smaller way to load it.
  const goesOn = phase.name === "waiting" || code === "OUT_OF_MEMORY";
  logger[goesOn ? "warn" : "error"](message, { source, error: new AppError(code, message) });
}

export function logLoaded(logger: Logger, model: ModelInfo, loadMs: number): void {
  logger.info(`Model ${model.name} is loaded`, {
    source: "inference/supervisor-log.ts:logLoaded",
    model: model.name,
    quantization: model.quantization,
    context_size: model.contextSize,
    gpu: model.gpu,
    threads: model.threads,
    demo_model: model.isDemo,
    duration_ms: Math.round(loadMs),
  });
}

export function logUnstoppable(logger: Logger, pid: number | null): void {
  logger.error("The model process cannot be ended", {
    source: "inference/supervisor-log.ts:logUnstoppable",
    pid,
  });
}
