import type { CanvasStatus } from "../canvus/canvas-group.ts";
import { ERRORS } from "../errors/registry.ts";
import type { EngineStatus } from "../inference/local-engine.ts";
import { describeDownload } from "../models/describe-download.ts";
import type { GpuStatus } from "../observability/gpu-status.ts";
import type { Journal, StorageStatus } from "../storage/storage.ts";
import type { Readiness, ReadinessReason } from "../web/health.ts";

/** What readiness needs to know of the parts. */
export interface ReadinessParts {
  readonly storage: {
    readonly journal: Pick<Journal, "ping">;
    status(): Pick<StorageStatus, "outage">;
  };
  readonly canvases: { status(): readonly CanvasStatus[] };
  /** Answers prompts. */
  readonly engine: { status(): EngineStatus };
  /** It, and those that only some prompts need. */
  readonly engines: readonly { status(): EngineStatus }[];
  readonly gpus: { status(): Pick<GpuStatus, "message"> };
  readonly isDemo: boolean;
  readonly isStopping: boolean;
}

/** Ready means: a prompt written now would be answered. One live canvas is enough; the others are named. */
export async function judgeReadiness({
  storage,
  canvases,
  engine,
  engines,
  gpus,
  isDemo,
  isStopping,
}: ReadinessParts): Promise<Readiness> {
  const reasons: ReadinessReason[] = [];
  const notices: string[] = [];
  if (isStopping) reasons.push({ part: "service", message: "The service is stopping." });
  const database = await storage.journal.ping().then(
    () => null,
    (error: Error) => error.message,
  );
  const { outage } = storage.status();
  if (outage)
    notices.push(`Nothing can be stored just now, prompts are answered: ${outage.reason} ${outage.hint}`);
  if (database !== null) reasons.push({ part: "database", message: database });

  const states = canvases.status();
  const away = states.filter((canvas) => canvas.state !== "live").map(describeCanvas);
  if (away.length < states.length) notices.push(...away);
  else reasons.push(...away.map((message) => ({ part: "canvas" as const, message })));
  if (states.length === 0) reasons.push({ part: "canvas", message: "No canvas has been looked up yet." });

  const text = engine.status();
  if (!text.usable) reasons.push({ part: "model", message: describeModel(text) });
  else if (!text.model && text.endpoint === null)
    notices.push(`The model ${text.name} is not loaded; the next prompt loads it.`);
  for (const each of engines) {
    const status = each.status();
    if (each !== engine && status.error !== null) notices.push(describeModel(status));
  }
  if (isDemo) notices.push("The built-in demo model answers: it only knows a few facts.");
  const { message: gpuTrouble } = gpus.status();
  if (gpuTrouble !== null) notices.push(`GPU: ${gpuTrouble}`);
  return { ready: reasons.length === 0, reasons, notices };
}

function describeModel({ name, endpoint, state, error, download }: EngineStatus): string {
  if (download !== null) return `The model ${name} ${describeDownload(download)}`;
  if (error === null && endpoint !== null) return `The model server ${endpoint} has not answered yet.`;
  if (error === null) return `The model ${name} is not loaded yet (${state}).`;
  return `The model ${name} cannot be used: ${error.message} ${ERRORS[error.code].hint}`;
}

function describeCanvas(canvas: CanvasStatus): string {
  const why = canvas.error ? `: ${canvas.error.message} ${canvas.error.hint}` : "";
  return `Canvas "${canvas.name}" is ${canvas.state}${why}`;
}
