import type { CanvasStatus } from "../canvus/canvas-group.ts";
import type { EngineStatus } from "../inference/local-engine.ts";
import { describeDownload } from "../models/describe-download.ts";

/** What the service does just now, in one line for people who look at it from the system's side. */
export function describeService(parts: {
  readonly canvases: { status(): readonly Pick<CanvasStatus, "state">[] };
  readonly engine: {
    status(): Pick<EngineStatus, "name" | "endpoint" | "model" | "usable" | "state" | "download">;
  };
  readonly tasks: { status(): { readonly running: number; readonly waiting: number } };
}): string {
  const states = parts.canvases.status();
  const live = states.filter(({ state }) => state === "live").length;
  const { running, waiting } = parts.tasks.status();
  const prompts = `${live} of ${states.length} canvases live; ${running} prompts under way, ${waiting} waiting`;
  const { name, endpoint, model, usable, state, download } = parts.engine.status();
  if (download !== null) return `${prompts}; model ${name} ${describeDownload(download)}`;
  const ready = endpoint === null ? "loaded when needed" : `on ${endpoint}`;
  const loaded = model ? "loaded" : usable ? ready : state;
  return `${prompts}; model ${name} ${loaded}`;
}
