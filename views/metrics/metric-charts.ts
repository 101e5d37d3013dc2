import type { Metrics } from "../../src/web/read-metrics.ts";
import type { ChartProps, Series } from "../chart/chart.tsx";

type Frame = Pick<ChartProps, "slots" | "stepMs">;

const MEBIBYTE = 1024 * 1024;
/** More lines cannot be told apart. */
const MAX_MODELS = 6;

/** Which charts there are, and what stands in them. */
export function metricCharts(metrics: Metrics): ChartProps[] {
  const frame = frameOf(metrics);
  return [...promptCharts(metrics, frame), ...modelCharts(metrics, frame), ...systemCharts(metrics, frame)];
}

/** How many prompts there were, and how they ended. */
export function promptsChart(metrics: Metrics): ChartProps {
  const of = (name: string, status: "succeeded" | "failed" | "cancelled", tone?: Series["tone"]): Series => ({
    ...{ name, tone },
    values: inSlots(metrics, metrics.prompts, (point) => point[status]),
  });
  return {
    ...frameOf(metrics),
    title: "Prompts",
    note: "Those that have ended, by how they did.",
    kind: "bars",
    series: [
      of("Succeeded", "succeeded"),
      of("Failed", "failed", "bad"),
      of("Cancelled", "cancelled", "warn"),
    ],
    format: "count",
  };
}

function promptCharts(metrics: Metrics, frame: Frame): ChartProps[] {
  const of = (name: string, value: (point: Metrics["prompts"][number]) => number | null): Series => ({
    name,
    values: inSlots(metrics, metrics.prompts, value),
  });
  return [
    promptsChart(metrics),
    {
      ...frame,
      title: "Time to answer",
      note: "From the moment a prompt was seen to its whole answer: half of them, 95 and 99 of 100 within.",
      kind: "lines",
      series: [
        of("p50", (point) => point.p50_ms),
        of("p95", (point) => point.p95_ms),
        of("p99", (point) => point.p99_ms),
      ],
      format: "duration",
    },
  ];
}

function modelCharts(metrics: Metrics, frame: Frame): ChartProps[] {
  const { prompts, inferences } = metrics;
  const failedPrompts = inSlots(metrics, prompts, ({ failed }) => failed);
  const failedCalls = inSlots(metrics, inferences, ({ failed }) => failed, sum);
  return [
    {
      ...frame,
      title: "Speed of the models",
      note: "Tokens of answers written per second.",
      kind: "lines",
      series: modelsOf(metrics).map((model) => ({
        name: model,
        values: inSlots(
          metrics,
          inferences.filter((point) => point.model === model),
          (point) => point.completion_tokens_per_second,
        ),
      })),
      format: "perSecond",
    },
    {
      ...frame,
      title: "Tokens",
      note: "Of all calls, also of those that decide what is wanted.",
      kind: "bars",
      series: [
        { name: "Read", values: inSlots(metrics, inferences, (point) => point.prompt_tokens, sum) },
        { name: "Written", values: inSlots(metrics, inferences, (point) => point.completion_tokens, sum) },
      ],
      format: "count",
    },
    {
      ...frame,
      title: "Errors",
      note: "Prompts without an answer, and further calls of models that failed and were repeated.",
      kind: "bars",
      series: [
        { name: "Failed prompts", tone: "bad", values: failedPrompts },
        {
          name: "Further failed calls",
          tone: "warn",
          values: failedCalls.map((calls, slot) =>
            calls === null ? null : Math.max(0, calls - (failedPrompts[slot] ?? 0)),
          ),
        },
      ],
      format: "count",
    },
  ];
}

function systemCharts(metrics: Metrics, frame: Frame): ChartProps[] {
  const of = (name: string, value: (point: Metrics["system"][number]) => number | null): Series => ({
    name,
    values: inSlots(metrics, metrics.system, value, Math.max),
  });
  const asBytes = (mebibytes: number | null) => (mebibytes === null ? null : mebibytes * MEBIBYTE);
  const chart = (
    title: string,
    note: string,
    format: ChartProps["format"],
    ...series: Series[]
  ): ChartProps => ({
    ...{ ...frame, title, note, series, format },
    kind: "lines",
  });
  return [
    chart(
      "Video memory",
      "Of all GPUs together, the most of each time.",
      "bytes",
      of("In use", ({ vram_used_mb }) => asBytes(vram_used_mb)),
      of("Total", ({ vram_total_mb }) => asBytes(vram_total_mb)),
    ),
    chart(
      "Memory",
      "Of the service and of its model processes, the most of each time.",
      "bytes",
      of("Models", ({ runners_rss_bytes }) => runners_rss_bytes),
      of("Service", ({ service_rss_bytes }) => service_rss_bytes),
    ),
    chart(
      "Queue",
      "Prompts at work and waiting, the most of each time.",
      "count",
      of("At work", ({ tasks_running }) => tasks_running),
      of("Waiting", ({ tasks_waiting }) => tasks_waiting),
    ),
    chart(
      "Delay of the service",
      "How late it came to what was due: 99 of 100 times within, and the worst.",
      "duration",
      of("p99", ({ event_loop_lag_p99_ms }) => event_loop_lag_p99_ms),
      of("Worst", ({ event_loop_lag_max_ms }) => event_loop_lag_max_ms),
    ),
    chart(
      "Disk",
      "Size of the database, and what is free where it lies.",
      "bytes",
      of("Database", ({ database_bytes }) => database_bytes),
      of("Free", ({ disk_free_bytes }) => disk_free_bytes),
    ),
  ];
}

/** The models that wrote most, first; the others are left out. */
function modelsOf({ inferences }: Metrics): string[] {
  const written = new Map<string, number>();
  for (const { model, completion_tokens } of inferences) {
    written.set(model, (written.get(model) ?? 0) + completion_tokens);
  }
  return [...written]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_MODELS)
    .map(([model]) => model);
}

/** @param join what becomes of several points in one slot; the later one counts without it */
function inSlots<Point extends { readonly time: string }>(
  { from, to, stepMs }: Metrics,
  points: readonly Point[],
  read: (point: Point) => number | null,
  join: (a: number, b: number) => number = (_, b) => b,
): (number | null)[] {
  const begin = Date.parse(from);
  const values = new Array<number | null>(Math.round((Date.parse(to) - begin) / stepMs)).fill(null);
  for (const point of points) {
    const slot = Math.floor((Date.parse(point.time) - begin) / stepMs);
    const value = read(point);
    const before = values[slot];
    // A point before the first slot begins in a day that the range only touches.
    if (value === null || before === undefined) continue;
    values[slot] = before === null ? value : join(before, value);
  }
  return values;
}

function sum(a: number, b: number): number {
  return a + b;
}

function frameOf({ from, to, stepMs }: Metrics): Frame {
  const begin = Date.parse(from);
  const length = Math.round((Date.parse(to) - begin) / stepMs);
  const slots = Array.from({ length }, (_, slot) => new Date(begin + slot * stepMs).toISOString());
  return { slots, stepMs };
}
