import { Elysia, t } from "elysia";
import { metricsPage } from "../../../views/metrics/metrics-page.tsx";
import type { RenderPage } from "../page-frame.ts";
import { readMetrics } from "../read-metrics.ts";
import { RANGE } from "../time-span.ts";
import { withVisitor } from "../visitor.ts";
import type { WebSources } from "../web-sources.ts";

export function metricsRoutes(render: RenderPage, { query: database }: WebSources) {
  return new Elysia({ name: "metrics" }).use(withVisitor).get(
    "/metrics",
    async ({ visitor, query }) => {
      const body = metricsPage(await readMetrics(database, query.range), visitor.basePath);
      return render(visitor, { title: "Metrics", active: "metrics", body });
    },
    { query: t.Object({ range: RANGE }) },
  );
}
