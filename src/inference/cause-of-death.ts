import type { ChildExit } from "../child-process/child-process.ts";
import { diedOfMemory, type MemoryEvidence } from "./out-of-memory.ts";
import type { RunnerFailure } from "./protocol.ts";

/** How llama.cpp says that it cannot use a model, before whoever called it dies of that. */
const REFUSAL = /(?:error loading model|failed to initialize the context): (.+)/;

/**
 * Why a runner has ended: for lack of memory, because the engine refused the model, or by a crash. Only after a crash
 * it is worth while to start it again in the same way.
 */
export function causeOfDeath(
  exit: ChildExit,
  before: MemoryEvidence,
  after: MemoryEvidence,
  wasLoading: boolean,
): RunnerFailure {
  const { description, output } = exit;
  if (diedOfMemory(exit, before, after, wasLoading))
    return { code: "OUT_OF_MEMORY", message: `There was too little memory. ${description}` };
  const refusal = wasLoading ? REFUSAL.exec(output)?.[1] : undefined;
  if (refusal !== undefined)
    return { code: "MODEL_LOAD_FAILED", message: `The model could not be loaded: ${refusal}.` };
  return { code: "RUNNER_CRASHED", message: description };
}
