import type { CanvasStatus } from "../canvus/canvas-group.ts";
import { ERRORS } from "../errors/registry.ts";
import type { EngineStatus } from "../inference/local-engine.ts";
import type { GpuSnapshot } from "../observability/gpu-snapshot.ts";
import type { GpuStatus } from "../observability/gpu-status.ts";
import type { StorageQueries, StorageStatus } from "../storage/storage.ts";
import type { LiveTask } from "../tasks/live-task.ts";
import type { LiveGeneration } from "../telemetry/live-generations.ts";
import type { ServiceStatus } from "./api/status-schema.ts";
import type { Readiness } from "./health.ts";
import { serviceAlerts } from "./service-alerts.ts";
import { type LookAge, SharedLook } from "./shared-look.ts";

/** The parts of the service that the status is read from; each is asked each time. */
export interface StatusParts {
  readonly version: string;
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly isDemo: boolean;
  readonly limits: { readonly maxRunning: number; readonly maxQueued: number };
  readonly readiness: () => Promise<Readiness>;
  readonly storage: {
    status(): StorageStatus;
    readonly query: Pick<StorageQueries, "promptTotals" | "systemLatest">;
  };
  readonly canvases: { status(): readonly CanvasStatus[] };
  /** All that are set up here. */
  readonly engines: readonly { status(): EngineStatus }[];
  readonly live: { of(correlationId: string): LiveGeneration | undefined };
  readonly gpus: { status(): GpuStatus; latest(): readonly GpuSnapshot[] };
  readonly tasks: {
    status(): { readonly running: number; readonly waiting: number; readonly overflow: number };
    liveTasks(): readonly LiveTask[];
  };
}

/** The live pages look once a second, so what they show is hardly older than two. */
const DATABASE_AGE: LookAge = { fresh: 500, usable: 5000 };
const MAX_TASKS = 100;
const PREVIEW_LENGTH = 300;

/** @returns a function that tells how the service is; it never rejects, also while the database cannot be read. */
export function serviceStatus(parts: StatusParts): () => Promise<ServiceStatus> {
  const { version, startedAt, isDemo, limits, storage, canvases, engines, live, gpus, tasks } = parts;
  const shared = new SharedLook(() => lookAtDatabase(parts), DATABASE_AGE);
  return async () => {
    const { readiness, today, system } = await shared.get(null);
    const models = engines.map((engine) => engine.status());
    const { mode, journal, sizeBytes } = storage.status();
    return {
      version,
      started_at: new Date(startedAt).toISOString(),
      ready: readiness.ready,
      alerts: serviceAlerts({ ...parts, readiness }),
      canvases: canvases.status().map(canvasOf),
      models: models.map((model) => modelOf(model, isDemo && model.kind === "text")),
      queue: { ...tasks.status(), max_running: limits.maxRunning, max_waiting: limits.maxQueued },
      tasks: tasks
        .liveTasks()
        .slice(0, MAX_TASKS)
        .map((task) => taskOf(task, live.of(task.correlationId))),
      today,
      gpu: gpuOf(gpus),
      storage: {
        mode,
        unwritten: journal.unwritten,
        database_bytes: system?.database_bytes ?? sizeBytes,
        disk_free_bytes: system?.disk_free_bytes ?? null,
      },
      memory: {
        service_bytes: process.memoryUsage.rss(),
        runners_bytes: models.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
      },
      event_loop_lag_p99_ms: system?.event_loop_lag_p99_ms ?? null,
    };
  };
}

/** What waits for the database, also for a writer that is busy; the rest of the status lies in memory. */
async function lookAtDatabase({ readiness, storage }: StatusParts) {
  const [ready, today, system] = await Promise.all([
    readiness(),
    todayOf(storage.query).catch(() => null),
    storage.query.systemLatest().catch(() => null),
  ]);
  return { readiness: ready, today, system };
}

async function todayOf(query: StatusParts["storage"]["query"]): Promise<ServiceStatus["today"]> {
  const now = new Date().toISOString();
  const totals = await query.promptTotals({ from: `${now.slice(0, 10)}T00:00:00.000Z`, to: now });
  const { prompts, succeeded, failed, cancelled, p50_ms, p95_ms, prompt_tokens, completion_tokens } = totals;
  // What people took back themselves is no failure.
  const ended = succeeded + failed;
  const success_rate = ended === 0 ? null : succeeded / ended;
  return {
    ...{ prompts, succeeded, failed, cancelled, success_rate },
    ...{ p50_ms, p95_ms, prompt_tokens, completion_tokens },
  };
}

function canvasOf({ name, canvasId, state, lastEventAt, error }: CanvasStatus) {
  return {
    name,
    canvas_id: canvasId,
    state,
    last_event_at: lastEventAt === null ? null : new Date(lastEventAt).toISOString(),
    problem: error ? `${error.message} ${error.hint}` : null,
  };
}

function modelOf(engine: EngineStatus, isDemo: boolean): ServiceStatus["models"][number] {
  const { kind, name, endpoint, state, usable, model, residentBytes, queued, active, crashes, error } =
    engine;
  return {
    ...{
      kind,
      name,
      endpoint,
      state,
      usable,
      is_demo: isDemo,
      memory_bytes: residentBytes,
      queued,
      active,
      crashes,
    },
    // Image models have neither.
    quantization: model?.quantization || null,
    context_size: model?.contextSize || null,
    device: model?.gpu ?? null,
    problem: error === null ? null : `${error.message} ${ERRORS[error.code].hint}`,
  };
}

function taskOf(task: LiveTask, generation: LiveGeneration | undefined): ServiceStatus["tasks"][number] {
  return {
    correlation_id: task.correlationId,
    canvas_id: task.canvasId,
    operation_type: task.operation,
    prompt: task.prompt.slice(0, PREVIEW_LENGTH),
    created_at: new Date(task.createdAt).toISOString(),
    running: task.isRunning,
    stage: task.stage,
    attempts: task.attempts,
    step: stepOf(task, generation),
    progress: task.progress?.fraction ?? null,
    tokens: generation?.step === "writing" ? generation.tokens : 0,
    tokens_per_second: generation?.step === "writing" ? generation.tokensPerSecond : null,
  };
}

function stepOf(
  { isRunning, attempts, stage, progress }: LiveTask,
  generation: LiveGeneration | undefined,
): string {
  if (!isRunning) return attempts > 0 ? "waiting for another attempt" : "waiting";
  if (stage === "answered") return "finishing on the canvas";
  if (progress?.fraction !== null && progress !== null) return progress.status.replace(/ …$/, "");
  if (generation === undefined) return "starting";
  if (generation.step === "deciding") return "reading the question";
  return generation.tokens === 0 ? "reading the prompt" : "writing the answer";
}

function gpuOf(gpus: StatusParts["gpus"]): ServiceStatus["gpu"] {
  const { state, message } = gpus.status();
  const devices = gpus.latest().map(({ name, vram_used_mb, vram_total_mb, gpu_utilization_percent }) => ({
    ...{ name, vram_used_mb, vram_total_mb },
    utilization_percent: gpu_utilization_percent,
  }));
  return { state, message, devices };
}
