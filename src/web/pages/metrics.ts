import { Elysia, t } from "elysia";
import { metricsPage } from "../../../views/metrics/metrics-page.tsx";
import type { RenderPage } from "../page-frame.ts";
import type { Metrics } from "../read-metrics.ts";
import { RANGE } from "../time-span.ts";
import { withVisitor } from "../visitor.ts";
import type { WebSources } from "../web-sources.ts";

/** Thousands of figures, written once for everybody who shares the look. The base path is always the same. */
const bodies = new WeakMap<Metrics, string>();

function bodyOf(metrics: Metrics, basePath: string): string {
  const body = bodies.get(metrics) ?? metricsPage(metrics, basePath);
  bodies.set(metrics, body);
  return body;
}

export function metricsRoutes(render: RenderPage, { metrics }: WebSources) {
  return new Elysia({ name: "metrics" }).use(withVisitor).get(
    "/metrics",
    async ({ visitor, query }) => {
      const body = bodyOf(await metrics(query.range), visitor.basePath);
      return render(visitor, {
        title: "Metrics",
        active: "metrics",
        body,
        scripts: ["live.js", "charts.js"],
      });
    },
    { query: t.Object({ range: RANGE }) },
  );
}
