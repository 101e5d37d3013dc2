import { Html } from "@elysiajs/html";
import type { Metrics } from "../../src/web/read-metrics.ts";
import { Chart } from "../chart/chart.tsx";
import { RangePicker } from "../range-picker.tsx";
import { metricCharts } from "./metric-charts.ts";

/** How the service did over time. */
export function metricsPage(metrics: Metrics, basePath: string): string {
  const path = `${basePath}/metrics`;
  return (
    <>
      <div class="page-head">
        <h1>Metrics</h1>
        <span class="quiet small" id="live-state" role="status" />
        <RangePicker path={path} range={metrics.range} />
      </div>
      <noscript>
        <p class="alert warn">
          The charts are drawn by a script, and this browser runs none. Their figures stand in the tables.
        </p>
      </noscript>
      <div id="live" class="grid charts" data-page={`${path}?range=${metrics.range}`}>
        {metricCharts(metrics).map((chart) => (
          <Chart {...chart} />
        ))}
      </div>
      <p class="quiet small needs-script">
        Point at a chart to read the figures of that time in all of them. Drag over a part of one to enlarge
        it in all, double-click to go back. Each name above a chart hides its part and shows it again.
      </p>
      <p class="quiet small">All times are UTC. The last step is still under way.</p>
    </>
  ) as string;
}
