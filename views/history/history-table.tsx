import { Html } from "@elysiajs/html";
import type { HistoryItem } from "../../src/storage/queries/history.ts";
import { attribute } from "../attribute.ts";
import { Badge } from "../badge.tsx";
import { duration } from "../format.ts";
import { ScrollBox } from "../scroll-box.tsx";
import { Time } from "../time.tsx";
import { canvasName, operationName, statusTone } from "../words.ts";

export interface HistoryTableProps {
  readonly rows: readonly HistoryItem[];
  readonly basePath: string;
  readonly names: ReadonlyMap<string, string>;
  /** What it is a table of, for screen readers. */
  readonly label: string;
}

/** Prompts, one a row, each with a link to its page. */
export function HistoryTable({ rows, basePath, names, label }: HistoryTableProps): string {
  return (
    <ScrollBox label={label}>
      <table class="as-list">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Prompt and answer</th>
            <th scope="col">Status</th>
            <th scope="col">Kind</th>
            <th scope="col">Canvas</th>
            <th scope="col">Model</th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <td class="nowrap number-text">
                <Time at={row.created_at} />
              </td>
              <td class="wide first">
                <a class="clamp" href={`${basePath}/history/${encodeURIComponent(row.correlation_id)}`} safe>
                  {row.prompt.trim() || `(${operationName(row.operation_type)} without text)`}
                </a>
                <div class="clamp one-line quiet small" safe>
                  {row.error_message ?? row.response ?? ""}
                </div>
              </td>
              <td>
                <Badge tone={statusTone(row.status)} text={row.status} />
              </td>
              <td safe>{operationName(row.operation_type)}</td>
              <td title={attribute(row.canvas_id)} safe>
                {canvasName(row.canvas_id, names)}
              </td>
              <td safe>{row.model ?? "–"}</td>
              <td class="number">{duration(row.duration_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  ) as string;
}
