import { Html } from "@elysiajs/html";
import { FIGURES, type FigureKind } from "../format.ts";
import type { ChartDrawing } from "./chart-drawing.ts";
import { ChartTable } from "./chart-table.tsx";

export interface Series {
  readonly name: string;
  /** For what has a meaning of its own; else the series get the colours of the charts in their order. */
  readonly tone?: "warn" | "bad";
  /** One value for each slot; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  /** One sentence on what is shown. */
  readonly note: string;
  readonly kind: ChartDrawing["kind"];
  readonly format: FigureKind;
  readonly series: readonly Series[];
  /** Beginning of each slot, ISO 8601. */
  readonly slots: readonly string[];
  /** Length of a slot, in ms. */
  readonly stepMs: number;
}

/**
 * A chart, drawn by a script in the browser from what stands here, and its figures as a table, which needs no script.
 * Until the script has come the place of the drawing is kept, so that nothing jumps.
 */
export function Chart(props: ChartProps): string {
  const { title, note, kind, series, format } = props;
  const id = `chart-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  const hasValues = series.some(({ values }) => values.some((value) => value !== null));
  return (
    <figure class="card chart" aria-labelledby={id}>
      <figcaption>
        <h2 id={id} safe>
          {title}
        </h2>
        <p class="quiet small" safe>
          {note}
        </p>
      </figcaption>
      {hasValues ? (
        <>
          <ul class="legend">
            {series.map(({ name, tone, values }, index) => (
              <li class={`series-${tone ?? index + 1}`}>
                <span safe>{name}</span> <strong safe>{atRest(kind, format, values)}</strong>
              </li>
            ))}
            <li class="legend-at quiet">{kind === "bars" ? "in all" : "latest"}</li>
          </ul>
          <div
            class="plot"
            role="img"
            aria-label={`${title}; the figures stand in the table below`}
            data-chart={JSON.stringify(drawingOf(props))}
          />
          <ChartTable {...props} />
        </>
      ) : (
        <p class="empty quiet">Nothing was measured in this time.</p>
      )}
    </figure>
  ) as string;
}

/** What the legend says while nobody points at a time. */
function atRest(kind: ChartProps["kind"], format: FigureKind, values: Series["values"]): string {
  const known = values.filter((value) => value !== null);
  const figure = kind === "bars" ? known.reduce((sum, value) => sum + value, 0) : (known.at(-1) ?? null);
  return FIGURES[format](figure);
}

function drawingOf({ kind, format, series, slots, stepMs }: ChartProps): ChartDrawing {
  return {
    ...{ kind, format, step: stepMs / 1000 },
    start: Date.parse(slots[0] ?? "") / 1000,
    values: series.map(({ values }) => values.map(rounded)),
  };
}

/** Nobody sees more of them, and a page has thousands. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
