import type { FigureKind } from "../format.ts";

/** What the page tells the script that draws a chart, as JSON in `data-chart`. Names and colours stand in the legend. */
export interface ChartDrawing {
  /** `bars` stand on each other, `lines` are independent. */
  readonly kind: "bars" | "lines";
  readonly format: FigureKind;
  /** Beginning of the first step, in s since the epoch. */
  readonly start: number;
  /** Length of a step, in s. */
  readonly step: number;
  /** By series, then by step; null where nothing was measured. */
  readonly values: readonly (readonly (number | null)[])[];
}
