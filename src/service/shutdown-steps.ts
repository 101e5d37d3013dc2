import { sleep, type Timers } from "../timers.ts";
import type { ShutdownStep } from "./shutdown.ts";

interface Stoppable {
  stop(): Promise<void>;
}

/** What has been started so far, and what shutting down needs of it. */
export interface RunningParts {
  storage?: Stoppable;
  gpus?: Stoppable;
  telemetry?: Stoppable;
  web?: Stoppable & { closeLive(): void };
  engines?: Stoppable & { status(): { readonly endpoint: string | null; readonly model: object | null } };
  tasks?: Stoppable & { close(): Promise<void>; drained(): Promise<void> };
  canvases?: Stoppable;
  downloads?: Stoppable;
  documents?: Stoppable;
}

export interface ShutdownLimits {
  /** How long prompts that are being answered may take to end, in ms. 0: they are left to the next start. */
  readonly inflightMs: number;
  /** Of the whole shutdown, in ms. */
  readonly totalMs: number;
}

/** Of the total; the rest is for the model processes and the database, which must not be cut off. */
const INFLIGHT_SHARE = 0.6;
/** Longer than a part takes to give up on its own, so that its own, clearer words come first. */
const QUICK_MS = 5000;
/** The model process has 18 s to end by message, SIGTERM or SIGKILL. */
const MODELS_MS = 20_000;
/** What waits in memory is written and the write-ahead log is copied into the database. */
const DATABASE_MS = 15_000;

/**
 * The order in which a service ends; the README's table shows it. What gives work ends before what takes it, and the
 * database after everything that writes into it.
 */
export function shutdownSteps(
  parts: RunningParts,
  limits: ShutdownLimits,
  timers: Timers,
): readonly ShutdownStep[] {
  const { storage, gpus, telemetry, web, engines, tasks, canvases, downloads, documents } = parts;
  // Nobody waits for minutes until a model is loaded, only to answer and unload it.
  const text = engines?.status();
  const isLoading = text?.endpoint === null && text.model === null;
  const inflightMs = isLoading ? 0 : Math.min(limits.inflightMs, limits.totalMs * INFLIGHT_SHARE);
  return [
    { name: "no new prompts", deadlineMs: QUICK_MS, run: async () => tasks?.close() },
    { name: "live pages told", deadlineMs: QUICK_MS, run: async () => web?.closeLive() },
    {
      name: "prompts under way ended",
      deadlineMs: limits.totalMs,
      run: async () => tasks && endOrTimeout(tasks.drained(), inflightMs, timers),
    },
    {
      name: "unfinished prompts left to the next start",
      deadlineMs: QUICK_MS,
      run: async () => void (await Promise.all([tasks?.stop(), isLoading ? engines?.stop() : undefined])),
    },
    { name: "canvases left", deadlineMs: QUICK_MS, run: async () => canvases?.stop() },
    { name: "models stopped", deadlineMs: MODELS_MS, run: async () => engines?.stop() },
    {
      name: "measurements stopped",
      deadlineMs: QUICK_MS,
      run: async () => {
        await telemetry?.stop();
        await gpus?.stop();
      },
    },
    { name: "database written and closed", deadlineMs: DATABASE_MS, run: async () => storage?.stop() },
    {
      name: "temporary downloads removed",
      deadlineMs: QUICK_MS,
      run: async () => {
        await documents?.stop();
        await downloads?.stop();
      },
    },
    { name: "HTTP connections closed", deadlineMs: QUICK_MS, run: async () => web?.stop() },
  ];
}

async function endOrTimeout(ended: Promise<void>, limitMs: number, timers: Timers): Promise<void> {
  const over = new AbortController();
  await Promise.race([ended, sleep(timers, limitMs, over.signal).catch(() => undefined)]);
  over.abort();
}
