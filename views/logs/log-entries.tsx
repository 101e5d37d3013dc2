import { Html } from "@elysiajs/html";
import type { ReadEntry } from "../../src/observability/read-log.ts";
import { Badge } from "../badge.tsx";
import { dateTime } from "../format.ts";
import { levelTone } from "../words.ts";

export interface LogEntriesProps {
  readonly entries: readonly ReadEntry[];
  readonly basePath: string;
  /** What list it is, for screen readers. */
  readonly label: string;
  readonly empty: string;
}

/** Fields that stand in the line already. */
const SHOWN = new Set(["timestamp", "level", "message"]);

/** Entries of the log, each with its further fields to unfold. The script of the log page makes the same. */
export function LogEntries({ entries, basePath, label, empty }: LogEntriesProps): string {
  return (
    <>
      <ol class="log" id="log" aria-label={label}>
        {entries.map((entry) => (
          <LogLine entry={entry} basePath={basePath} />
        ))}
      </ol>
      {entries.length === 0 ? <p class="card quiet">{empty}</p> : ""}
    </>
  ) as string;
}

/** The fields that tell entries with the same message apart. */
const DIGEST = ["method", "url", "status_code", "model", "duration_ms"] as const;

function digestOf(entry: ReadEntry): string {
  return DIGEST.flatMap((name) => {
    const value = entry[name];
    if (typeof value !== "string" && typeof value !== "number") return [];
    if (name === "duration_ms") return [`${value} ms`];
    return [name === "url" ? String(value).replace(/^https?:\/\/[^/]+/, "") : String(value)];
  }).join(" ");
}

function LogLine({ entry, basePath }: { readonly entry: ReadEntry; readonly basePath: string }): string {
  const { correlation_id } = entry;
  const fields = Object.fromEntries(Object.entries(entry).filter(([name]) => !SHOWN.has(name)));
  return (
    <li>
      <details>
        <summary>
          <time datetime={entry.timestamp} safe>
            {`${dateTime(entry.timestamp)}${entry.timestamp.slice(19, 23)}`}
          </time>
          <Badge tone={levelTone(entry.level)} text={entry.level} />
          <span class="log-message">
            <span safe>{entry.message}</span>{" "}
            <span class="quiet small" safe>
              {digestOf(entry)}
            </span>
          </span>
        </summary>
        <pre class="small" safe>
          {JSON.stringify(fields, null, 2)}
        </pre>
        {correlation_id === undefined ? (
          ""
        ) : (
          <a class="small" href={`${basePath}/history/${encodeURIComponent(correlation_id)}`}>
            The prompt it belongs to
          </a>
        )}
      </details>
    </li>
  ) as string;
}
