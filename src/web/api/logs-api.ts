import { Elysia } from "elysia";
import { readLogEnd } from "../../observability/read-log.ts";
import type { WebSources } from "../web-sources.ts";
import { LOG_PAGE, LOG_QUERY, logFilter } from "./logs-schema.ts";

export const DEFAULT_LOG_LIMIT = 200;

export function logsApi({ logDirectory }: Pick<WebSources, "logDirectory">) {
  return new Elysia({ name: "api logs" }).get(
    "/api/v1/logs",
    async ({ query }) => {
      const { entries, complete } = await readLogEnd(
        logDirectory,
        logFilter(query),
        query.limit ?? DEFAULT_LOG_LIMIT,
      );
      return { entries: [...entries], complete };
    },
    {
      query: LOG_QUERY,
      response: LOG_PAGE,
      detail: { summary: "The newest entries of the log files, newest first" },
    },
  );
}
