import { badRequest } from "../http-failure.ts";
import { isFiniteNumber, isJsonObject, type JsonObject } from "../json.ts";
import { normalizeColor } from "./color.ts";

export const DEFAULT_BACKGROUND: JsonObject = {
  background_color: "#25242dff",
  grid: { color: "#3a3947ff", visible: true },
  haze: { color1: "#2b2a35ff", color2: "#1d1c24ff", scale: 8, speed: 0.5 },
  image: { fit: "fit", hash: "" },
  state: "normal",
  type: "solid_color",
  widget_type: "CanvasBackground",
};

const TYPES = new Set(["solid_color", "haze", "image"]);

function color(name: string, value: unknown): string {
  const normalized = normalizeColor(value);
  if (normalized === undefined) throw badRequest(`Invalid value for ${name}`);
  return normalized;
}

function mergeGroup(name: string, value: unknown, stored: unknown): JsonObject {
  if (!isJsonObject(value)) throw badRequest(`Invalid value for ${name}`);
  const merged: Record<string, unknown> = isJsonObject(stored) ? { ...stored } : {};
  for (const [key, part] of Object.entries(value)) {
    if (!(key in merged) || (name === "image" && key === "hash")) continue;
    if (key.startsWith("color")) merged[key] = color(`${name}.${key}`, part);
    else if (typeof part !== typeof merged[key] || (typeof part === "number" && !isFiniteNumber(part))) {
      throw badRequest(`Invalid value for ${name}.${key}`);
    } else merged[key] = part;
  }
  return merged;
}

/**
 * The background after a PATCH. The image's hash changes by upload alone.
 * @throws HttpFailure 400
 */
export function patchBackground(stored: JsonObject, payload: JsonObject): JsonObject {
  const next: Record<string, unknown> = { ...stored };
  if (payload.type !== undefined) {
    if (typeof payload.type !== "string" || !TYPES.has(payload.type)) {
      throw badRequest(`Unsupported type: ${String(payload.type)}`);
    }
    next.type = payload.type;
  }
  if (payload.background_color !== undefined) {
    next.background_color = color("background_color", payload.background_color);
  }
  for (const group of ["grid", "haze", "image"]) {
    if (payload[group] !== undefined) next[group] = mergeGroup(group, payload[group], stored[group]);
  }
  if (payload.fit !== undefined) next.image = mergeGroup("image", { fit: payload.fit }, stored.image);
  return next;
}
