import { resolveCanvas } from "../../canvus/resolve-canvas.ts";
import { type Check, notChecked, ok } from "../check.ts";
import type { DoctorContext } from "../context.ts";

/** One line for each; with more than this it would be no overview any more. */
const MAX_LINES = 50;

/** A check for each canvas of the settings: it exists, is not in the trash, and may be written to. */
export function canvasChecks({ settings }: DoctorContext): Check[] {
  return (settings.CANVAS_IDS ?? []).slice(0, MAX_LINES).map((reference, index) => ({
    name: `canvas_${index + 1}`,
    title: index === 0 ? "Canvas" : `Canvas ${index + 1}`,
    needs: ["canvus_credentials"],
    async run(context, signal) {
      const client = await context.client();
      if (client === null) return notChecked("Configuration");
      const canvas = await resolveCanvas(client, reference, signal);
      return ok(`"${canvas.name}" (${canvas.id}) may be edited`);
    },
  }));
}
