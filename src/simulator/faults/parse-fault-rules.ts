import { badRequest } from "../http-failure.ts";
import { isFiniteNumber, isJsonObject, type JsonObject } from "../json.ts";
import { DEFAULT_FORMAT, type FaultRule } from "./fault-rule.ts";

/** Ten minutes: longer than any timeout that a test would wait for. */
const MAX_MS = 600_000;
const MAX_RULES_PER_REQUEST = 50;
const FILTER_FIELDS = ["kind", "path", "method", "subscribe", "rate", "count"];

function number(body: JsonObject, field: string, min: number, max: number, fallback?: number): number {
  const value = body[field] ?? fallback;
  if (!isFiniteNumber(value) || value < min || value > max)
    throw badRequest(`${field} must be ${min} to ${max}`);
  return value;
}

function text(body: JsonObject, field: string, fallback: string): string {
  const value = body[field] ?? fallback;
  if (typeof value !== "string") throw badRequest(`${field} must be a string`);
  return value;
}

function choice<T extends string>(body: JsonObject, field: string, choices: readonly T[], fallback: T): T {
  const value = body[field] ?? fallback;
  const found = choices.find((candidate) => candidate === value);
  if (found === undefined) throw badRequest(`${field} must be one of ${choices.join(", ")}`);
  return found;
}

/** A mistyped field would silently make another fault than the tester meant. */
function allow(body: JsonObject, fields: readonly string[]): void {
  const stray = Object.keys(body).find((field) => !FILTER_FIELDS.includes(field) && !fields.includes(field));
  if (stray !== undefined) throw badRequest(`Unknown field ${stray} in a rule of kind ${String(body.kind)}`);
}

function parseRule(body: JsonObject): FaultRule {
  const filters = {
    id: crypto.randomUUID(),
    path: text(body, "path", "/api/v1/*"),
    rate: number(body, "rate", 0, 1, 1),
    ...(body.method === undefined ? {} : { method: text(body, "method", "").toUpperCase() }),
    ...(typeof body.subscribe === "boolean" ? { subscribe: body.subscribe } : {}),
    ...(body.count === undefined ? {} : { count: number(body, "count", 1, 1_000_000) }),
  };
  const requestFilters = () => ({ ...filters, when: choice(body, "when", ["before", "after"], "before") });
  const kind = body.kind;
  switch (kind) {
    case "status":
      allow(body, ["when", "status", "msg", "body"]);
      return {
        ...requestFilters(),
        kind,
        status: number(body, "status", 200, 599),
        msg: text(body, "msg", "Injected fault"),
        ...(body.body === undefined ? {} : { body: text(body, "body", "") }),
      };
    case "latency":
      allow(body, ["when", "ms"]);
      return { ...requestFilters(), kind, ms: number(body, "ms", 0, MAX_MS) };
    case "stall":
    case "reset":
      allow(body, ["when"]);
      return { ...requestFilters(), kind };
    case "stream-drop":
      allow(body, ["mode"]);
      return { ...filters, kind, mode: choice(body, "mode", ["reset", "end", "mid-frame"], "reset") };
    case "stream-stall":
      allow(body, ["ms"]);
      return { ...filters, kind, ...(body.ms === undefined ? {} : { ms: number(body, "ms", 0, MAX_MS) }) };
    case "stream-garble":
    case "stream-no-keep-alive":
      allow(body, []);
      return { ...filters, kind };
    case "stream-split":
      allow(body, ["bytes", "gap_ms"]);
      return {
        ...filters,
        kind,
        bytes: number(body, "bytes", 0, 1_000_000, 7),
        gap_ms: number(body, "gap_ms", 0, 10_000, 1),
      };
    case "stream-format":
      allow(body, ["line_ending", "deletions", "deltas"]);
      return {
        ...filters,
        kind,
        line_ending: choice(body, "line_ending", ["lf", "crlf"], DEFAULT_FORMAT.line_ending),
        deletions: choice(body, "deletions", ["full", "minimal"], DEFAULT_FORMAT.deletions),
        deltas: choice(body, "deltas", ["array", "object"], DEFAULT_FORMAT.deltas),
      };
    default:
      throw badRequest(`Unknown kind of fault ${String(kind)}`);
  }
}

/**
 * Reads one rule, an array of rules or `{"rules": […]}`.
 * @throws HttpFailure 400 naming the field that is wrong
 */
export function parseFaultRules(body: unknown): readonly FaultRule[] {
  const wrapped = isJsonObject(body) && body.rules !== undefined ? body.rules : body;
  const list = Array.isArray(wrapped) ? wrapped : [wrapped];
  if (list.length > MAX_RULES_PER_REQUEST) throw badRequest(`At most ${MAX_RULES_PER_REQUEST} rules at once`);
  return list.map((rule) => {
    if (!isJsonObject(rule)) throw badRequest("A rule must be a JSON object");
    return parseRule(rule);
  });
}
