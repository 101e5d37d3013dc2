import { Html } from "@elysiajs/html";
import { ScrollBox } from "../scroll-box.tsx";
import type { ChartTexts } from "./chart-texts.ts";

/** The figures of a chart, newest first; times in which nothing was measured are left out. */
export function ChartTable({ title, texts }: { readonly title: string; readonly texts: ChartTexts }): string {
  // Put together by hand: thousands of cells of figures, which need no escaping.
  const rows = texts.slots
    .filter(({ isEmpty }) => !isEmpty)
    .reverse()
    .map(({ time, values }) => {
      const cells = values.map((value) => `<td>${value}</td>`).join("");
      return `<tr><th scope="row">${time}</th>${cells}</tr>`;
    });
  return (
    <details class="figures">
      <summary>Figures</summary>
      <ScrollBox label={`${title}, figures`}>
        <table>
          <thead>
            <tr>
              <th scope="col">From (UTC)</th>
              {texts.names.map((name) => (
                <th scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{rows.join("")}</tbody>
        </table>
      </ScrollBox>
    </details>
  ) as string;
}
