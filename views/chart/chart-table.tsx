import { Html } from "@elysiajs/html";
import { FIGURES } from "../format.ts";
import { ScrollBox } from "../scroll-box.tsx";
import type { ChartProps } from "./chart.tsx";

/** The figures of a chart, newest first; times in which nothing was measured are left out. */
export function ChartTable({ title, series, slots, format }: ChartProps): string {
  const text = FIGURES[format];
  // Put together by hand: thousands of cells of figures, which need no escaping.
  let rows = "";
  for (let slot = slots.length - 1; slot >= 0; slot -= 1) {
    if (series.every(({ values }) => (values[slot] ?? null) === null)) continue;
    const time = slots[slot]?.slice(0, 16).replace("T", " ");
    const cells = series.map(({ values }) => `<td>${text(values[slot] ?? null)}</td>`).join("");
    rows += `<tr><th scope="row">${time}</th>${cells}</tr>`;
  }
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
          <tbody>{rows}</tbody>
        </table>
      </ScrollBox>
    </details>
  ) as string;
}
