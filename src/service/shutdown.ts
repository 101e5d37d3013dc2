import type { Logger } from "../observability/logger.ts";
import { sleep, type Timers } from "../timers.ts";

export interface ShutdownStep {
  /** What is being done, as it stands in the log: "prompts under way end". */
  readonly name: string;
  /** After so long the next step begins, whether this one has ended or not, in ms. */
  readonly deadlineMs: number;
  run(): Promise<void>;
}

export interface ShutdownResult {
  /** False when a step failed or ran into its deadline. */
  readonly clean: boolean;
  /** Steps that did not end in time; their work may still go on. */
  readonly overdue: readonly string[];
  /** The time for the whole was over: what was left was not waited for. */
  readonly forced: boolean;
}

/**
 * Takes the steps one after the other, each with a deadline of its own and all within `totalMs`; what is left of the
 * total bounds each step. A step that fails or hangs is logged and the next one begins: a locked database must not
 * keep a runner alive.
 */
export async function runShutdown(
  steps: readonly ShutdownStep[],
  options: { readonly totalMs: number; readonly timers: Timers; readonly logger: Logger },
): Promise<ShutdownResult> {
  const { totalMs, timers, logger } = options;
  const end = timers.monotonicNow() + totalMs;
  const overdue: string[] = [];
  let failed = false;
  for (const step of steps) {
    const began = timers.monotonicNow();
    const limit = Math.max(0, Math.min(step.deadlineMs, end - began));
    const outcome = await within(step, limit, timers);
    const source = "service/shutdown.ts:runShutdown";
    const fields = { source, step: step.name, duration_ms: Math.round(timers.monotonicNow() - began) };
    if (outcome.kind === "done") logger.info(`shutdown: ${step.name}`, fields);
    else if (outcome.kind === "failed") {
      failed = true;
      logger.warn(`shutdown: ${step.name} failed`, { ...fields, error: outcome.error });
    } else {
      overdue.push(step.name);
      logger.warn(`shutdown: ${step.name} took too long, going on without it`, {
        ...fields,
        limit_ms: limit,
      });
    }
  }
  const forced = overdue.length > 0 && timers.monotonicNow() >= end;
  return { clean: !failed && overdue.length === 0, overdue, forced };
}

type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "overdue" };

async function within(step: ShutdownStep, limitMs: number, timers: Timers): Promise<Outcome> {
  const over = new AbortController();
  const ran: Promise<Outcome> = step.run().then(
    () => ({ kind: "done" }),
    (error) => ({ kind: "failed", error }),
  );
  const timedOut: Promise<Outcome> = sleep(timers, limitMs, over.signal).then(
    () => ({ kind: "overdue" }),
    () => ({ kind: "overdue" }),
  );
  const outcome = await Promise.race([ran, timedOut]);
  over.abort();
  return outcome;
}
