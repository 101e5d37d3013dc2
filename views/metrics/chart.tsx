import { Html } from "@elysiajs/html";
import { roundedUp, wholeRoundedUp } from "./chart-scale.ts";
import { ChartTable } from "./chart-table.tsx";
import { type ChartTexts, chartTexts } from "./chart-texts.ts";

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
  /** `bars` stand on each other, `lines` are independent. */
  readonly kind: "bars" | "lines";
  readonly series: readonly Series[];
  /** Beginning of each slot, ISO 8601. */
  readonly slots: readonly string[];
  /** Some of the slots' names along the axis, evenly spread from the first to the last. */
  readonly axis: readonly string[];
  readonly format: (value: number) => string;
  /** Only whole numbers make sense. */
  readonly isCount?: boolean;
}

/** The drawing is stretched to the width of the page; texts stand outside of it and keep their size. */
const HEIGHT = 100;
const TICKS = [1, 0.75, 0.5, 0.25, 0] as const;

/** A chart as SVG, made here: it is there without scripts, and everything in it stands in the table below as well. */
export function Chart(props: ChartProps): string {
  const { title, note, kind, series, axis, format, isCount } = props;
  const id = `chart-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  const hasValues = series.some(({ values }) => values.some((value) => value !== null));
  const texts = chartTexts(props);
  const top = (isCount ? wholeRoundedUp : roundedUp)(largestOf(props));
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
            {series.map((each, index) => (
              <li class={colorOf(each, index)} safe>
                {each.name}
              </li>
            ))}
          </ul>
          <div class="plot">
            <div class="axis-y" aria-hidden="true">
              {TICKS.map((share) => (
                <span safe>{format(top * share)}</span>
              ))}
            </div>
            <svg
              viewBox={`0 0 ${props.slots.length} ${HEIGHT}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={`${title}; the figures stand in the table below`}
            >
              {TICKS.map((share) => (
                <line
                  class="grid-line"
                  x1="0"
                  x2={String(props.slots.length)}
                  y1={String(HEIGHT * share)}
                  y2={String(HEIGHT * share)}
                />
              ))}
              {kind === "bars" ? bars(props, top) : lines(props, top)}
              {pointers(texts)}
            </svg>
            <div class="axis-x" aria-hidden="true">
              {axis.map((label) => (
                <span safe>{label}</span>
              ))}
            </div>
          </div>
          <ChartTable title={title} texts={texts} />
        </>
      ) : (
        <p class="empty quiet">Nothing was measured in this time.</p>
      )}
    </figure>
  ) as string;
}

function largestOf({ kind, series, slots }: ChartProps): number {
  const sums = slots.map((_, slot) => {
    const values = series.map(({ values }) => values[slot] ?? 0);
    return kind === "bars" ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  return Math.max(0, ...sums);
}

/** All bars of a series are one shape: a page of charts has thousands of them. */
function bars({ series, slots }: ChartProps, top: number): string {
  const below = new Array<number>(slots.length).fill(0);
  const shapes = series.map((each, index) => {
    let path = "";
    for (const [slot, value] of each.values.entries()) {
      const height = ((value ?? 0) / top) * HEIGHT;
      if (height === 0) continue;
      const base = below[slot] ?? 0;
      below[slot] = base + height;
      path += `M${slot + 0.06} ${short(HEIGHT - base - height)}h.88v${short(height)}h-.88z`;
    }
    return `<path class="bar ${colorOf(each, index)}" d="${path}"/>`;
  });
  return shapes.join("");
}

/** A gap stays a gap; a single value between two gaps is a dash. */
function lines({ series }: ChartProps, top: number): string {
  return series
    .map((each, index) => {
      const { values } = each;
      let path = "";
      let isDrawing = false;
      for (const [slot, value] of values.entries()) {
        if (value === null) {
          isDrawing = false;
          continue;
        }
        const point = `${slot + 0.5} ${short(HEIGHT - (value / top) * HEIGHT)}`;
        const isAlone = !isDrawing && (values[slot + 1] ?? null) === null;
        if (isAlone) path += `M${slot + 0.2} ${point.split(" ")[1]}h0.6`;
        else path += isDrawing ? `L${point}` : `M${point}`;
        isDrawing = true;
      }
      return `<path class="${colorOf(each, index)}" d="${path}"/>`;
    })
    .join("");
}

/** What stands under the mouse, told by the browser itself. */
function pointers({ names, slots }: ChartTexts): string {
  const rects = slots.map(({ time, values, isEmpty }, slot) => {
    if (isEmpty) return "";
    const lines = values.map((value, index) => `${names[index]}: ${value}`);
    const title = [`${time} UTC`, ...lines].join("\n");
    return `<rect x="${slot}" width="1" height="${HEIGHT}"><title>${title}</title></rect>`;
  });
  return rects.join("");
}

function colorOf({ tone }: Series, index: number): string {
  return `series-${tone ?? index + 1}`;
}

function short(value: number): number {
  return Math.round(value * 100) / 100;
}
