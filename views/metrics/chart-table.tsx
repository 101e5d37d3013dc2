import { Html } from "@elysiajs/html";
import { ScrollBox } from "../scroll-box.tsx";
import type { ChartProps } from "./chart.tsx";

/** The figures of a chart, newest first; times in which nothing was measured are left out. */
export function ChartTable({ title, series, slots, format }: ChartProps): string {
  const used = slots
    .map((time, slot) => ({ time, values: series.map(({ values }) => values[slot] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null))
    .reverse();
  return (
    <details class="figures">
      <summary>Figures</summary>
      <ScrollBox label={`${title}, figures`}>
        <table>
          <thead>
            <tr>
              <th scope="col">From (UTC)</th>
              {series.map(({ name }) => (
                <th scope="col" class="number" safe>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {used.map(({ time, values }) => (
              <tr>
                <th scope="row">{time.slice(0, 16).replace("T", " ")}</th>
                {values.map((value) => (
                  <td class="number" safe>
                    {value === null ? "–" : format(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  ) as string;
}
