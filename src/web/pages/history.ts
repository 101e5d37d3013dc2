import { Elysia } from "elysia";
import { historyPage } from "../../../views/history/history-page.tsx";
import { taskPage } from "../../../views/history/task-page.tsx";
import { AppError } from "../../errors/app-error.ts";
import { readLogOf } from "../../observability/read-log.ts";
import type { HistoryRow } from "../../storage/schema.ts";
import { HISTORY_QUERY } from "../api/history-schema.ts";
import { errorHint } from "../error-hint.ts";
import { filterQuery, historyRequest } from "../history-request.ts";
import type { RenderPage } from "../page-frame.ts";
import { withVisitor } from "../visitor.ts";
import type { WebSources } from "../web-sources.ts";

/** A few entries of a prompt are written after its last row. */
const LOG_SLACK_MS = 10_000;

export function historyRoutes(render: RenderPage, sources: WebSources) {
  const { query: database, canvasNames, logDirectory } = sources;
  return new Elysia({ name: "history" })
    .use(withVisitor)
    .get(
      "/history",
      async ({ visitor, query }) => {
        const [page, values] = await Promise.all([
          database.historyPage(historyRequest(query)),
          database.filterValues(),
        ]);
        const { basePath } = visitor;
        const filter = filterQuery(query);
        const body = historyPage({ page, values, query, filter, basePath, names: canvasNames() });
        return render(visitor, { title: "History", active: "history", body });
      },
      { query: HISTORY_QUERY },
    )
    .get("/history/:id", async ({ visitor, params }) => {
      const detail = await database.taskDetail({ correlationId: params.id });
      if (detail === null) {
        throw new AppError(
          "WEB_NOT_FOUND",
          "There is no prompt with this id; it may be older than the history.",
        );
      }
      const log = await logOf(logDirectory, detail.task);
      const body = taskPage({
        ...{ detail, log },
        hint: errorHint(detail.task.error_code),
        basePath: visitor.basePath,
        names: canvasNames(),
      });
      return render(visitor, { title: `Prompt ${params.id}`, active: "history", body });
    });
}

function logOf(directory: string, task: HistoryRow) {
  const end = task.completed_at === null ? Date.now() : Date.parse(task.completed_at);
  const to = new Date(end + LOG_SLACK_MS).toISOString();
  return readLogOf(directory, task.correlation_id, task.created_at, to);
}
