import { type Static, t } from "elysia";
import type { LogFilter } from "../../observability/read-log.ts";

const LEVEL = t.Union([t.Literal("debug"), t.Literal("info"), t.Literal("warn"), t.Literal("error")]);

export const LOG_FILTER = {
  level: t.Optional(
    t.Union([...LEVEL.anyOf], { description: "The least important level; info without it." }),
  ),
  q: t.Optional(
    t.String({ maxLength: 200, description: "Text that stands in the entry, whatever its case." }),
  ),
};

export const LOG_QUERY = t.Object({
  ...LOG_FILTER,
  limit: t.Optional(t.Integer({ minimum: 1, maximum: 500 })),
});

const LOG_ENTRY = t.Object(
  {
    timestamp: t.String(),
    level: LEVEL,
    message: t.String(),
    source: t.Optional(t.String()),
    correlation_id: t.Optional(t.String()),
  },
  { additionalProperties: true, description: "An entry with all its fields." },
);

export const LOG_PAGE = t.Object({
  entries: t.Array(LOG_ENTRY, { description: "Newest first." }),
  complete: t.Boolean({ description: "False when there are older entries that were not looked at." }),
});

/** Without a level the debug entries are left out: there may be thousands. */
export function logFilter({ level, q }: Pick<Static<typeof LOG_QUERY>, "level" | "q">): LogFilter {
  return { level: level ?? "info", text: q?.trim() ?? "" };
}
