import { Elysia, t } from "elysia";
import { readErrors } from "../read-errors.ts";
import { RANGE } from "../time-span.ts";
import type { WebSources } from "../web-sources.ts";

const text = t.Nullable(t.String());

export const ERRORS_QUERY = t.Object({
  range: RANGE,
  code: t.Optional(t.String({ maxLength: 60, description: "Only the latest of this code." })),
  before: t.Optional(t.Integer({ minimum: 0, description: "`recent.next` of the page before." })),
  limit: t.Optional(t.Integer({ minimum: 1, maximum: 200 })),
});

const KIND = t.Object({
  code: t.String(),
  category: t.String(),
  occurrences: t.Number(),
  first_seen_at: t.String(),
  last_seen_at: t.String(),
  message: t.String({ description: "Of the latest." }),
  hint: t.Nullable(t.String({ description: "What to do." })),
  trend: t.Array(t.Number(), {
    description: "Occurrences of each hour, in a month of each day; oldest first.",
  }),
});

const ERROR = t.Object({
  id: t.Number(),
  level: t.String(),
  code: t.String(),
  category: t.String(),
  message: t.String(),
  source: text,
  correlation_id: text,
  last_correlation_id: text,
  occurrences: t.Number(),
  created_at: t.String(),
  last_seen_at: t.String(),
});

const RESPONSE = t.Object({
  range: t.String(),
  from: t.String(),
  to: t.String(),
  kinds: t.Array(KIND, { description: "Most frequent first." }),
  recent: t.Object({ rows: t.Array(ERROR), next: t.Nullable(t.Number()) }),
});

export function errorsApi({ query: database }: Pick<WebSources, "query">) {
  return new Elysia({ name: "api errors" }).get(
    "/api/v1/errors",
    ({ query }) => readErrors(database, query),
    {
      query: ERRORS_QUERY,
      response: RESPONSE,
      detail: { summary: "Errors by type with their trend, and the latest of them" },
    },
  );
}
