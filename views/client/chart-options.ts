import uPlot from "uplot";
import type { ChartDrawing } from "../chart/chart-drawing.ts";
import { FIGURES } from "../format.ts";

export interface Palette {
  readonly text: string;
  readonly grid: string;
  readonly font: string;
  readonly series: readonly string[];
}

const DAY_S = 24 * 60 * 60;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Steps of the scale that read well: clocks have no tens of minutes. */
const WHOLE_STEPS = [...Array(12)].flatMap((_, power) => [1, 2, 5].map((digit) => digit * 10 ** power));
const TIME_STEPS = [
  ...WHOLE_STEPS.filter((ms) => ms < 10 * SECOND),
  ...[10, 20, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 5, 10].map((hours) => hours * HOUR),
];
const SHARE_OF_BAR = 0.86;
const GAP = 8;

export interface ChartListeners {
  /** Told the step under the pointer, in whichever chart of the page that is; null when there is none. */
  readonly onPoint: (step: number | null) => void;
  /** Told whether only a part of the time is shown. */
  readonly onZoom: (isPart: boolean) => void;
}

export function chartOptions(
  drawing: ChartDrawing,
  palette: () => Palette,
  { width, height }: { readonly width: number; readonly height: number },
  { onPoint, onZoom }: ChartListeners,
): uPlot.Options {
  const { kind, format, start, step, values } = drawing;
  const end = start + (values[0]?.length ?? 0) * step;
  const common = {
    stroke: () => palette().text,
    grid: { stroke: () => palette().grid, width: 1 },
    ticks: { show: false },
    gap: GAP,
  };
  return {
    ...{ width, height, legend: { show: false }, padding: [GAP, 3 * GAP, 0, 0] },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: {
      sync: { key: "charts" },
      y: false,
      drag: { x: true, y: false },
      points: { show: kind === "lines", size: 8, width: 0 },
    },
    scales: {
      // To the ends of the first and the last step, unless a part was enlarged.
      x: {
        range: (_, min, max) => [min <= start + step / 2 ? start : min, max >= end - step / 2 ? end : max],
      },
      y: { range: (_, __, max) => [0, upTo(max, format)] },
    },
    axes: [
      { ...common, grid: { show: false }, font: palette().font, space: 64, size: 24, values: timesOf },
      {
        ...common,
        font: palette().font,
        space: 28,
        size: (plot, labels) => widthOf(plot, labels, palette().font),
        ...(format === "count" ? { incrs: WHOLE_STEPS } : {}),
        ...(format === "duration" ? { incrs: TIME_STEPS } : {}),
        values: (_, splits) => splits.map(FIGURES[format]),
      },
    ],
    series: [{}, ...seriesOf(drawing, palette)],
    hooks: {
      setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)],
      setScale: [({ scales: { x } }) => onZoom((x?.max ?? end) - (x?.min ?? start) < end - start)],
    },
  };
}

/** In the order in which they are drawn: of bars that stand on each other the highest first. */
function seriesOf({ kind, values }: ChartDrawing, palette: () => Palette): uPlot.Series[] {
  const color = (index: number) => () => palette().series[index] ?? "";
  if (kind === "lines") {
    return values.map((_, index) => ({
      stroke: color(index),
      width: 2,
      // Only the first, which is what the chart is about: areas on areas cannot be read.
      ...(index === 0 ? { fill: () => faint(color(index)()) } : {}),
      points: { show: false, filter: alone, size: 6, width: 0, fill: color(index) },
    }));
  }
  const paths = uPlot.paths.bars?.({ size: [SHARE_OF_BAR, 64] });
  return values
    .map((_, index) => ({ ...{ paths, width: 0, points: { show: false } }, fill: color(index) }))
    .reverse();
}

/** What uPlot draws: points stand in the middle of their step; bars that stand on each other as sums from the bottom up. */
export function chartData(
  { kind, start, step, values }: ChartDrawing,
  hidden: ReadonlySet<number>,
): uPlot.AlignedData {
  const times = (values[0] ?? []).map((_, slot) => start + (slot + 0.5) * step);
  const shown = values.map((each, index) => (hidden.has(index) ? each.map(() => null) : [...each]));
  if (kind === "lines") return [times, ...shown];
  const sums = times.map(() => 0);
  const stacked = shown.map((each, index) =>
    each.map((value, slot) => {
      sums[slot] = (sums[slot] ?? 0) + (value ?? 0);
      return hidden.has(index) ? null : (sums[slot] ?? 0);
    }),
  );
  return [times, ...stacked.reverse()];
}

/** The end of the axis, at or above what is largest. */
function upTo(largest: number | null, format: ChartDrawing["format"]): number {
  // A chart without anything in it has an axis too, and counts have no halves.
  const least = format === "count" ? 4 : 1;
  if (largest === null || largest <= least) return least;
  return uPlot.rangeNum(0, largest, 0.05, true)[1] ?? largest;
}

/** A value between two gaps has no line; it is drawn as a point. */
function alone(plot: uPlot, series: number): number[] | null {
  const values = plot.data[series] ?? [];
  const known = (slot: number) => (values[slot] ?? null) !== null;
  const found = [...values.keys()].filter((slot) => known(slot) && !known(slot - 1) && !known(slot + 1));
  return found.length === 0 ? null : found;
}

/** Times of the day, or days where the steps of the axis are no shorter; UTC like everything on the page. */
function timesOf(_: uPlot, splits: number[], __: number, ___: number, increment: number): string[] {
  return splits.map((seconds) => {
    const iso = new Date(seconds * 1000).toISOString();
    return increment >= DAY_S ? iso.slice(5, 10) : iso.slice(11, 16);
  });
}

/** @returns the room that the labels of an axis need, in CSS pixels */
function widthOf({ ctx }: uPlot, labels: string[] | null, font: string): number {
  const longest = (labels ?? []).reduce((a, b) => (b.length > a.length ? b : a), "");
  ctx.save();
  ctx.font = font;
  const { width } = ctx.measureText(longest);
  ctx.restore();
  return Math.ceil(width) + GAP + 4;
}

/** @param color as browsers compute it: `rgb(1, 2, 3)` */
function faint(color: string): string {
  return color.replace("rgb(", "rgba(").replace(")", ", 0.12)");
}
