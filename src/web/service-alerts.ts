import { ERRORS } from "../errors/registry.ts";
import { describeDownload } from "../models/describe-download.ts";
import type { ServiceStatus } from "./api/status-schema.ts";
import type { Readiness } from "./health.ts";
import type { StatusParts } from "./service-status.ts";

type Alert = ServiceStatus["alerts"][number];

/** What somebody should know or do, worst first. */
export function serviceAlerts(
  parts: Pick<StatusParts, "storage" | "canvases" | "engines" | "gpus" | "isDemo" | "tasks"> & {
    readonly readiness: Readiness;
  },
): Alert[] {
  const alerts = [
    ...storageAlerts(parts.storage, parts.readiness),
    ...canvasAlerts(parts.canvases),
    ...parts.engines.flatMap(modelAlerts),
    ...gpuAlerts(parts.gpus),
    ...queueAlerts(parts.tasks),
  ];
  if (parts.isDemo) {
    alerts.push({
      tone: "warn",
      message: "The built-in demo model answers: it only knows a few facts.",
      hint: "For real answers set LLAMA_MODEL_PATH to a GGUF file, or to a name that `canvuslocallm models list` shows, and restart the service.",
    });
  }
  return alerts.sort((a, b) => Number(b.tone === "bad") - Number(a.tone === "bad"));
}

function storageAlerts(storage: StatusParts["storage"], { reasons }: Readiness): Alert[] {
  const { outage, telemetry } = storage.status();
  const alerts: Alert[] = [];
  if (outage) {
    const message = `Nothing can be stored just now; prompts are answered all the same. ${outage.reason}`;
    alerts.push({ tone: "bad", message, hint: outage.hint });
  } else {
    for (const { part, message } of reasons) {
      if (part === "database") alerts.push({ tone: "bad", message, hint: ERRORS.STORAGE_UNAVAILABLE.hint });
    }
  }
  if (telemetry.dropped > 0) {
    alerts.push({
      tone: "warn",
      message: `${telemetry.dropped} measurements could not be stored since the start and are missing in the charts.`,
      hint: "This passes by itself once the disk is fast enough again.",
    });
  }
  return alerts;
}

function canvasAlerts(canvases: StatusParts["canvases"]): Alert[] {
  return canvases.status().flatMap(({ name, state, error }) => {
    if (state === "live") return [];
    const why = error ? `: ${error.message}` : "";
    const hint =
      error?.hint ?? "It is connected again by itself; prompts written meanwhile are answered then.";
    return [
      {
        tone: error ? ("bad" as const) : ("warn" as const),
        message: `The canvas "${name}" is ${state}${why}`,
        hint,
      },
    ];
  });
}

function modelAlerts(engine: StatusParts["engines"][number]): Alert[] {
  const { kind, name, endpoint, state, error, usable, crashes, download } = engine.status();
  if (download !== null) {
    return [
      {
        tone: download.error ? "bad" : "warn",
        message: `The model ${name} ${describeDownload(download)}`,
        hint: "Prompts wait for it and are answered when it is there.",
      },
    ];
  }
  if (error !== null) {
    const what = state === "quarantined" ? "crashed too often and rests for a while" : "cannot be used";
    return [
      { tone: "bad", message: `The model ${name} ${what}: ${error.message}`, hint: ERRORS[error.code].hint },
    ];
  }
  // The others are loaded when somebody needs them.
  if (!usable && kind === "text") {
    return [
      {
        tone: "warn",
        message:
          endpoint === null
            ? `The model ${name} is not loaded yet (${state}).`
            : `The model server ${endpoint} has not answered yet.`,
        hint: "Prompts wait for it and are answered when it is there.",
      },
    ];
  }
  if (crashes === 0) return [];
  return [
    {
      tone: "warn",
      message: `The process of the model ${name} crashed ${crashes === 1 ? "once" : `${crashes} times`} since the start.`,
      hint: ERRORS.RUNNER_CRASHED.hint,
    },
  ];
}

function gpuAlerts(gpus: StatusParts["gpus"]): Alert[] {
  const { message, state } = gpus.status();
  if (message === null) return [];
  const what = state === "unavailable" ? "The GPU cannot be reached" : "The GPU can be read only in part";
  return [{ tone: "warn", message: `${what}: ${message}`, hint: ERRORS.GPU_UNAVAILABLE.hint }];
}

function queueAlerts(tasks: StatusParts["tasks"]): Alert[] {
  const { overflow } = tasks.status();
  if (overflow === 0) return [];
  return [
    {
      tone: "warn",
      message: `The queue is full; ${overflow} more prompts wait on their canvases.`,
      hint: "They follow by themselves. If it stays so, use a faster model or raise MAX_CONCURRENT.",
    },
  ];
}
