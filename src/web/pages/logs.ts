import { Elysia } from "elysia";
import { logsPage } from "../../../views/logs/logs-page.tsx";
import { readLogEnd } from "../../observability/read-log.ts";
import { DEFAULT_LOG_LIMIT } from "../api/logs-api.ts";
import { LOG_QUERY, logFilter } from "../api/logs-schema.ts";
import type { RenderPage } from "../page-frame.ts";
import { withVisitor } from "../visitor.ts";
import type { WebSources } from "../web-sources.ts";

export function logsRoutes(render: RenderPage, { logDirectory }: WebSources) {
  return new Elysia({ name: "logs" }).use(withVisitor).get(
    "/logs",
    async ({ visitor, query }) => {
      const filter = logFilter(query);
      const page = await readLogEnd(logDirectory, filter, query.limit ?? DEFAULT_LOG_LIMIT);
      const body = logsPage({ page, filter, basePath: visitor.basePath });
      return render(visitor, { title: "Logs", active: "logs", body, scripts: ["logs.js"] });
    },
    { query: LOG_QUERY },
  );
}
