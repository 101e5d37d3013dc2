import { Html } from "@elysiajs/html";
import type { LogFilter, LogPage } from "../../src/observability/read-log.ts";
import { attribute } from "../attribute.ts";
import { LogEntries } from "./log-entries.tsx";

export interface LogsPageProps {
  readonly page: LogPage;
  readonly filter: LogFilter;
  readonly basePath: string;
}

const LEVELS = [
  ["error", "Errors"],
  ["warn", "Warnings and errors"],
  ["info", "All but debug"],
  ["debug", "Everything"],
] as const;

/** The end of the log, newest first. */
export function logsPage({ page, filter, basePath }: LogsPageProps): string {
  return (
    <>
      <div class="page-head">
        <h1>Logs</h1>
        <div class="row">
          <span class="quiet small" id="live-state" role="status" />
          <button class="button" type="button" id="pause" aria-pressed="false" hidden>
            Pause
          </button>
        </div>
      </div>
      <form class="card filters" method="get" action={`${basePath}/logs`}>
        <div class="field">
          <label for="level">Level</label>
          <select id="level" name="level">
            {LEVELS.map(([level, label]) => (
              <option value={level} selected={level === filter.level}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <div class="field span-2">
          <label for="q">Text, also of the fields: an id, a code, a file</label>
          <input id="q" name="q" type="search" value={attribute(filter.text)} maxlength="200" />
        </div>
        <div class="row">
          <button class="button primary" type="submit">
            Show
          </button>
          <a href={`${basePath}/logs`}>Reset</a>
        </div>
      </form>
      <div
        id="log-source"
        class="stack"
        data-events={`${basePath}/api/v1/events?${new URLSearchParams({ topic: "log", level: filter.level, q: filter.text })}`}
        data-history={`${basePath}/history/`}
      >
        <LogEntries
          entries={page.entries}
          basePath={basePath}
          label="Log entries, newest first"
          empty="No entry matches in the log files."
        />
      </div>
      <p class="quiet small">
        {page.complete ? "" : "Older entries stand in the log files. "}
        All times are UTC. What is secret was blacked out before it was written.
      </p>
    </>
  ) as string;
}
