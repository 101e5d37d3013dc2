import { AppError } from "../errors/app-error.ts";
import type { HistoryRequest } from "../storage/queries/history.ts";
import type { HistoryQuery } from "./api/history-schema.ts";

/** What the form or a program asked for, as a question to the database. @throws AppError WEB_BAD_REQUEST */
export function historyRequest(query: HistoryQuery): HistoryRequest {
  const { q, from, to, canvas, operation, status, model, before, limit } = query;
  return {
    ...given("text", q?.trim()),
    ...given("from", timeOf("from", from)),
    ...given("to", timeOf("to", to)),
    ...given("canvasId", canvas),
    ...given("operation", operation),
    ...given("status", status),
    ...given("model", model),
    ...(before === undefined ? {} : { before }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The same filter as a query string, without a leading `?`; empty when nothing is filtered. */
export function filterQuery(query: HistoryQuery): string {
  const { before: _before, limit: _limit, ...filter } = query;
  const fields = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  return new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString();
}

function given<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return value === undefined || value === "" ? {} : ({ [name]: value } as { [Key in Name]?: string });
}

/** Browsers send the time of a form without seconds and zone; our times are UTC. */
function timeOf(name: string, value: string | undefined): string | undefined {
  const given = value?.trim();
  if (given === undefined || given === "") return undefined;
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(given) || /^\d{4}-\d\d-\d\d$/.test(given);
  const time = new Date(hasZone ? given : `${given}Z`);
  const year = time.getUTCFullYear();
  if (Number.isNaN(year) || year < 1970 || year > 9999) {
    throw new AppError("WEB_BAD_REQUEST", `"${name}" must be a time such as 2026-01-31T14:30 (UTC).`);
  }
  return time.toISOString();
}
