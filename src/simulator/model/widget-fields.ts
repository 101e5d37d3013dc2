import { badRequest } from "../http-failure.ts";
import { isFiniteNumber, isJsonObject, type JsonObject } from "../json.ts";
import { normalizeColor } from "./color.ts";
import type { FieldKind, WidgetType } from "./widget-types.ts";

/** Set by the server alone; accepted in payloads and ignored, as Canvus does. */
const SERVER_FIELDS = new Set(["id", "state", "widget_type", "hash", "annotations"]);
/** A table's grid cannot be changed after it was made. */
const CREATE_ONLY_FIELDS = new Set(["grid_size"]);

function readPair(
  field: string,
  value: unknown,
  names: readonly [string, string],
  stored: unknown,
): JsonObject {
  if (!isJsonObject(value)) throw badRequest(`Invalid value for ${field}`);
  const base = isJsonObject(stored) ? stored : {};
  const pair: Record<string, unknown> = {};
  for (const name of names) {
    const part = value[name] ?? base[name];
    if (!isFiniteNumber(part)) throw badRequest(`Invalid value for ${field}.${name}`);
    pair[name] = part;
  }
  return pair;
}

function readConnectorEnd(field: string, value: unknown, stored: unknown): JsonObject {
  if (!isJsonObject(value)) throw badRequest(`Invalid value for ${field}`);
  const defaults: JsonObject = {
    auto_location: true,
    rel_location: { x: 0.5, y: 0.5 },
    tip: field === "dst" ? "solid-equilateral-triangle" : "none",
  };
  const base = isJsonObject(stored) ? stored : defaults;
  const end: JsonObject = { ...base, ...value };
  if (typeof end.id !== "string" || end.id === "") throw badRequest(`${field}.id is missing`);
  if (typeof end.auto_location !== "boolean") throw badRequest(`Invalid value for ${field}.auto_location`);
  if (typeof end.tip !== "string") throw badRequest(`Invalid value for ${field}.tip`);
  return {
    id: end.id,
    auto_location: end.auto_location,
    rel_location: readPair(`${field}.rel_location`, end.rel_location, ["x", "y"], base.rel_location),
    tip: end.tip,
  };
}

function readField(field: string, kind: FieldKind, value: unknown, stored: unknown): unknown {
  const invalid = () => badRequest(`Invalid value for ${field}`);
  switch (kind) {
    case "text":
    case "parent":
      if (typeof value !== "string") throw invalid();
      return value;
    case "flag":
      if (typeof value !== "boolean") throw invalid();
      return value;
    case "number":
      if (!isFiniteNumber(value)) throw invalid();
      return value;
    case "positive":
      if (!isFiniteNumber(value) || value <= 0) throw invalid();
      return value;
    case "color": {
      const color = normalizeColor(value);
      if (color === undefined) throw invalid();
      return color;
    }
    case "point":
      return readPair(field, value, ["x", "y"], stored);
    case "size": {
      const size = readPair(field, value, ["width", "height"], stored);
      if (Number(size.width) < 0 || Number(size.height) < 0) throw invalid();
      return size;
    }
    case "end":
      return readConnectorEnd(field, value, stored);
  }
}

/**
 * The part of a payload that Canvus would apply: known fields, checked and normalised. Partial points and sizes are
 * completed from `stored`; unknown fields are dropped, or kept for types that are passed through.
 * @throws HttpFailure 400 naming the first field with a wrong value
 */
export function readWidgetFields(
  type: WidgetType,
  payload: JsonObject,
  stored: JsonObject,
  creating: boolean,
): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(payload)) {
    if (SERVER_FIELDS.has(field) || value === undefined || value === null) continue;
    const kind = type.fields[field];
    if (kind !== undefined) fields[field] = readField(field, kind, value, stored[field]);
    else if (type.passThrough && (creating || !CREATE_ONLY_FIELDS.has(field))) fields[field] = value;
  }
  return fields;
}
