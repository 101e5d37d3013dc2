import type { CanvasStatus } from "../canvus/canvas-group.ts";
import type { EngineStatus } from "../inference/local-engine.ts";

/** What the service does just now, in one line for people who look at it from the system's side. */
export function describeService(parts: {
  readonly canvases: { status(): readonly Pick<CanvasStatus, "state">[] };
  readonly engine: { status(): Pick<EngineStatus, "name" | "model" | "usable" | "state"> };
  readonly tasks: { status(): { readonly running: number; readonly waiting: number } };
}): string {
  const states = parts.canvases.status();
  const live = states.filter(({ state }) => state === "live").length;
  const { running, waiting } = parts.tasks.status();
  const { name, model, usable, state } = parts.engine.status();
  const loaded = model ? "loaded" : usable ? "loaded when needed" : state;
  return `${live} of ${states.length} canvases live; ${running} prompts under way, ${waiting} waiting; model ${name} ${loaded}`;
}
