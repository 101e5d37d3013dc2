import { badRequest } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";
import { normalizeColor } from "./color.ts";

export const DEFAULT_COLOR_PRESETS: JsonObject = {
  annotation: ["#ff3b30ff", "#34c759ff", "#0a84ffff"],
  connector: ["#e7e7f2ff", "#ffd60aff"],
  note_background: ["#fff2b3ff", "#ccff66ff", "#99ccffff", "#ffffffff"],
  note_text: ["#000000ff", "#ffffffff"],
};

/** More colours than a palette can show are refused. */
const MAX_PRESETS = 100;

/** @throws HttpFailure 400 */
export function patchColorPresets(stored: JsonObject, payload: JsonObject): JsonObject {
  const next: Record<string, unknown> = { ...stored };
  for (const name of Object.keys(DEFAULT_COLOR_PRESETS)) {
    const value = payload[name];
    if (value === undefined) continue;
    if (!Array.isArray(value) || value.length > MAX_PRESETS) throw badRequest(`Invalid value for ${name}`);
    const colors = value.map(normalizeColor);
    if (colors.includes(undefined)) throw badRequest(`Invalid value for ${name}`);
    next[name] = colors;
  }
  return next;
}
