import { Elysia } from "elysia";
import { AppError } from "../../errors/app-error.ts";
import { errorHint } from "../error-hint.ts";
import { exportHistory } from "../export-history.ts";
import { historyRequest } from "../history-request.ts";
import type { WebSources } from "../web-sources.ts";
import { HISTORY_FILTER, HISTORY_PAGE, HISTORY_QUERY, TASK_DETAIL } from "./history-schema.ts";

export function historyApi({ query: database }: Pick<WebSources, "query">) {
  return new Elysia({ name: "api history" })
    .get("/api/v1/history", ({ query }) => database.historyPage(historyRequest(query)), {
      query: HISTORY_QUERY,
      response: HISTORY_PAGE,
      detail: { summary: "One page of the history, newest first" },
    })
    .get(
      "/api/v1/history.csv",
      ({ query }) => exportHistory(database.historyExport, historyRequest(query), "csv"),
      {
        query: HISTORY_FILTER,
        detail: { summary: "Everything that matches as a file, at most 100,000 rows (text/csv)" },
      },
    )
    .get(
      "/api/v1/history.json",
      ({ query }) => exportHistory(database.historyExport, historyRequest(query), "json"),
      {
        query: HISTORY_FILTER,
        detail: {
          summary:
            "Everything that matches as a file, at most 100,000 rows; `complete` tells whether it is all",
        },
      },
    )
    .get(
      "/api/v1/history/:id",
      async ({ params }) => {
        const detail = await database.taskDetail({ correlationId: params.id });
        if (detail === null) throw new AppError("WEB_NOT_FOUND", "There is no prompt with this id.");
        return { ...detail, hint: errorHint(detail.task.error_code) };
      },
      { response: TASK_DETAIL, detail: { summary: "Everything that is known of one prompt" } },
    );
}
