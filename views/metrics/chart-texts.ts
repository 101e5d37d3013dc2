import type { ChartProps } from "./chart.tsx";

/** Everything that a chart says in words, ready to be put into HTML. Made once, because it is shown twice. */
export interface ChartTexts {
  /** Of the series, escaped. */
  readonly names: readonly string[];
  readonly slots: readonly {
    /** Its beginning, for people. */
    readonly time: string;
    /** In the order of the series. */
    readonly values: readonly string[];
    readonly isEmpty: boolean;
  }[];
}

export function chartTexts({ series, slots, format }: ChartProps): ChartTexts {
  return {
    names: series.map(({ name }) => Bun.escapeHTML(name)),
    slots: slots.map((time, slot) => {
      const values = series.map(({ values }) => values[slot] ?? null);
      return {
        time: time.slice(0, 16).replace("T", " "),
        values: values.map((value) => (value === null ? "–" : format(value))),
        isEmpty: values.every((value) => value === null),
      };
    }),
  };
}
