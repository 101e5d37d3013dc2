import { Html } from "@elysiajs/html";
import type { HistoryItem } from "../../src/storage/queries/history.ts";
import type { Page } from "../../src/storage/queries/scan.ts";
import { HistoryFilters, type HistoryFiltersProps } from "./history-filters.tsx";
import { HistoryTable } from "./history-table.tsx";

export interface HistoryPageProps extends HistoryFiltersProps {
  readonly page: Page<HistoryItem>;
  /** The filter as a query string without `?`; empty when nothing is filtered. */
  readonly filter: string;
}

/** All prompts, newest first, as far as they match. */
export function historyPage(props: HistoryPageProps): string {
  const { page, filter, basePath, names, query } = props;
  const file = (form: string) => `${basePath}/api/v1/history.${form}${filter === "" ? "" : `?${filter}`}`;
  const isFirst = query.before === undefined;
  return (
    <>
      <div class="page-head">
        <h1>History</h1>
        <div class="row">
          <a class="button" href={file("csv")} download="canvuslocallm-history.csv">
            CSV
          </a>
          <a class="button" href={file("json")} download="canvuslocallm-history.json">
            JSON
          </a>
        </div>
      </div>
      <HistoryFilters {...props} />
      {page.rows.length === 0 ? (
        <p class="card empty quiet">{nothingFound(page.next, filter, isFirst)}</p>
      ) : (
        <HistoryTable rows={page.rows} basePath={basePath} names={names} label="Prompts" />
      )}
      <nav class="pager" aria-label="Pages of the history">
        {isFirst ? <span /> : <a href={address(basePath, filter, null)}>← Newest</a>}
        {page.next === null ? (
          <span class="quiet small">{page.rows.length > 0 ? "That is all." : ""}</span>
        ) : (
          <a class="button" rel="next" href={address(basePath, filter, page.next)}>
            {page.rows.length === 0 ? "Search on" : "Older"}
          </a>
        )}
      </nav>
      <p class="quiet small">
        All times are UTC. The files hold everything that matches, at most 100,000 prompts.
      </p>
    </>
  ) as string;
}

function nothingFound(next: number | null, filter: string, isFirst: boolean): string {
  if (next !== null) return "Nothing among those looked at so far. There are older ones to search.";
  if (filter !== "") return "No prompt matches. Search for less, or press Reset to see all.";
  return isFirst
    ? "No prompt has been written yet. Write {{a question}} in a note on a watched canvas."
    : "There are no older prompts.";
}

function address(basePath: string, filter: string, before: number | null): string {
  const parts = [filter, before === null ? "" : `before=${before}`].filter((part) => part !== "");
  return `${basePath}/history${parts.length === 0 ? "" : `?${parts.join("&")}`}`;
}
