import { Elysia } from "elysia";
import { overviewPage } from "../../../views/overview/overview-page.tsx";
import type { RenderPage } from "../page-frame.ts";
import { withVisitor } from "../visitor.ts";
import type { WebSources } from "../web-sources.ts";

const LATEST = 5;

export function overviewRoutes(render: RenderPage, { status, metrics, canvasNames, query }: WebSources) {
  return new Elysia({ name: "overview" }).use(withVisitor).get("/", async ({ visitor }) => {
    const [now, day, latest] = await Promise.all([
      status(),
      // The overview must show what is wrong also when the database is what is wrong.
      metrics("day").catch(() => null),
      query.historyPage({ limit: LATEST }).catch(() => ({ rows: [] })),
    ]);
    const body = overviewPage({
      status: now,
      day,
      latest: latest.rows,
      basePath: visitor.basePath,
      names: canvasNames(),
    });
    return render(visitor, {
      title: "Overview",
      active: "overview",
      body,
      scripts: ["live.js", "charts.js"],
    });
  });
}
