import { Html } from "@elysiajs/html";
import type { Metrics } from "../../src/web/read-metrics.ts";
import { RangePicker } from "../range-picker.tsx";
import { Chart } from "./chart.tsx";
import { metricCharts } from "./metric-charts.ts";

/** How the service did over time. */
export function metricsPage(metrics: Metrics, basePath: string): string {
  return (
    <>
      <div class="page-head">
        <h1>Metrics</h1>
        <RangePicker path={`${basePath}/metrics`} range={metrics.range} />
      </div>
      <div class="grid charts">
        {metricCharts(metrics).map((chart) => (
          <Chart {...chart} />
        ))}
      </div>
      <p class="quiet small">
        All times are UTC; point at a chart to read its figures, or open the table below it. The last step is
        still under way.
      </p>
    </>
  ) as string;
}
