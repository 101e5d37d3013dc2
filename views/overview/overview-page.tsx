import { Html } from "@elysiajs/html";
import type { HistoryItem } from "../../src/storage/queries/history.ts";
import type { ServiceStatus } from "../../src/web/api/status-schema.ts";
import type { Metrics } from "../../src/web/read-metrics.ts";
import { Advice } from "../advice.tsx";
import { Chart } from "../chart/chart.tsx";
import { count, duration, percent } from "../format.ts";
import { HistoryTable } from "../history/history-table.tsx";
import { promptsChart } from "../metrics/metric-charts.ts";
import { Tile } from "../tile.tsx";
import { CanvasesSection, MachineSection, ModelsSection } from "./parts-sections.tsx";
import { TasksSection } from "./tasks-section.tsx";

export interface OverviewProps {
  readonly status: ServiceStatus;
  /** Null when the database cannot be read. */
  readonly day: Metrics | null;
  /** The latest prompts. */
  readonly latest: readonly HistoryItem[];
  readonly basePath: string;
  readonly names: ReadonlyMap<string, string>;
}

/** How the service is. The script of the page puts the same page anew into its place when something has changed. */
export function overviewPage({ status, day, latest, basePath, names }: OverviewProps): string {
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        <span class="quiet small" id="live-state" role="status" />
      </div>
      <div
        id="live"
        class="stack wide-gap"
        data-events={`${basePath}/api/v1/events`}
        data-page={`${basePath}/`}
      >
        <Alerts status={status} />
        <Today today={status.today} queue={status.queue} />
        <TasksSection status={status} basePath={basePath} names={names} />
        {day === null ? (
          ""
        ) : (
          <Chart
            {...promptsChart(day)}
            title="Prompts of the last day"
            note="Each hour, by how they ended."
          />
        )}
        <div class="grid">
          <CanvasesSection canvases={status.canvases} />
          <ModelsSection models={status.models} />
          <MachineSection status={status} />
        </div>
        <section class="stack" aria-labelledby="latest-heading">
          <div class="page-head">
            <h2 id="latest-heading">Latest prompts</h2>
            <a href={`${basePath}/history`}>All of the history</a>
          </div>
          {latest.length === 0 ? (
            <p class="card quiet">No prompt has been written yet.</p>
          ) : (
            <HistoryTable rows={latest} basePath={basePath} names={names} label="Latest prompts" />
          )}
        </section>
      </div>
      <p class="quiet small">All times are UTC.</p>
    </>
  ) as string;
}

function Alerts({ status }: { readonly status: ServiceStatus }): string {
  return (
    <section class="stack" aria-label="State of the service" id="alerts">
      {status.ready ? (
        <p class="alert good">Running: prompts on the canvases are answered.</p>
      ) : (
        <p class="alert bad">
          Running, but a prompt written now would not be answered at once. What is missing stands below.
        </p>
      )}
      {status.alerts.map(({ tone, message, hint }) => (
        <div class={`alert ${tone}`}>
          <p safe>{message}</p>
          <p class="small alert-hint">
            <Advice text={hint} />
          </p>
        </div>
      ))}
    </section>
  ) as string;
}

function Today({ today, queue }: Pick<ServiceStatus, "today" | "queue">): string {
  if (today === null) {
    return (
      <p class="alert warn">The figures of today cannot be read from the database just now.</p>
    ) as string;
  }
  const { failed, cancelled } = today;
  return (
    <section class="grid tiles" aria-label="Today">
      <Tile
        name="Prompts today"
        value={count(today.prompts)}
        note={`${failed} failed, ${cancelled} cancelled`}
      />
      <Tile name="Success rate" value={percent(today.success_rate)} note="of those not cancelled" />
      <Tile name="Latency p50" value={duration(today.p50_ms)} note="half are answered within" />
      <Tile name="Latency p95" value={duration(today.p95_ms)} note="95 of 100 within" />
      <Tile
        name="Tokens today"
        value={count(today.completion_tokens)}
        note={`${count(today.prompt_tokens)} read`}
      />
      <Tile
        name="Queue"
        value={count(queue.waiting)}
        note={`${queue.running} at work, room for ${count(queue.max_waiting)}`}
      />
    </section>
  ) as string;
}
