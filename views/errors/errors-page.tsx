import { Html } from "@elysiajs/html";
import type { ErrorRow } from "../../src/storage/schema.ts";
import type { ErrorKindView, ErrorsView } from "../../src/web/read-errors.ts";
import { Advice } from "../advice.tsx";
import { Badge } from "../badge.tsx";
import { count } from "../format.ts";
import { RangePicker } from "../range-picker.tsx";
import { ScrollBox } from "../scroll-box.tsx";
import { Time } from "../time.tsx";
import { levelTone } from "../words.ts";
import { Sparkline } from "./sparkline.tsx";

export interface ErrorsPageProps {
  readonly view: ErrorsView;
  readonly basePath: string;
  /** Only the latest of this code are listed. */
  readonly code?: string;
  /** Whether an older page of the list is shown. */
  readonly isOlder: boolean;
}

/** What went wrong, how often, and what to do about it. */
export function errorsPage(props: ErrorsPageProps): string {
  const { view, basePath } = props;
  return (
    <>
      <div class="page-head">
        <h1>Errors</h1>
        <RangePicker path={`${basePath}/errors`} range={view.range} />
      </div>
      {view.kinds.length === 0 ? (
        <p class="card empty quiet">{`Nothing went wrong in the last ${view.range}.`}</p>
      ) : (
        <div class="stack">
          {view.kinds.map((kind) => (
            <Kind kind={kind} view={view} basePath={basePath} />
          ))}
        </div>
      )}
      <Recent {...props} />
      <p class="quiet small">All times are UTC. Equal errors of one hour are counted together.</p>
    </>
  ) as string;
}

function Kind({
  kind,
  view,
  basePath,
}: {
  readonly kind: ErrorKindView;
  readonly view: ErrorsView;
  readonly basePath: string;
}): string {
  const times = kind.occurrences === 1 ? "once" : `${count(kind.occurrences)} times`;
  return (
    <section class="card error-kind">
      <div>
        <div class="row">
          <h2>
            <code safe>{kind.code}</code>
          </h2>
          <Badge tone="plain" text={kind.category} />
          <strong>{times}</strong>
        </div>
        <p class="break" safe>
          {kind.message}
        </p>
        {kind.hint === null ? (
          ""
        ) : (
          <p class="quiet">
            <Advice text={kind.hint} />
          </p>
        )}
      </div>
      <div class="error-when">
        <Sparkline values={kind.trend} label={`${kind.code} over the last ${view.range}: ${times}`} />
        <dl class="facts short small">
          <dt>First</dt>
          <dd>
            <Time at={kind.first_seen_at} />
          </dd>
          <dt>Last</dt>
          <dd>
            <Time at={kind.last_seen_at} />
          </dd>
        </dl>
        <a
          class="small"
          href={`${basePath}/errors?range=${view.range}&code=${encodeURIComponent(kind.code)}#recent`}
        >
          <span>Each of them</span>
        </a>
      </div>
    </section>
  ) as string;
}

function Recent({ view, basePath, code, isOlder }: ErrorsPageProps): string {
  const { rows, next } = view.recent;
  if (rows.length === 0 && code === undefined && !isOlder) return "";
  const address = (before: number | null) => {
    const query = new URLSearchParams({ range: view.range, ...(code === undefined ? {} : { code }) });
    if (before !== null) query.set("before", String(before));
    return `${basePath}/errors?${query}#recent`;
  };
  return (
    <section class="stack" aria-labelledby="recent">
      <div class="page-head">
        <h2 id="recent" safe>
          {code === undefined ? "The latest" : `The latest of ${code}`}
        </h2>
        {code === undefined ? "" : <a href={`${basePath}/errors?range=${view.range}#recent`}>Show all</a>}
      </div>
      <ScrollBox labelledBy="recent">
        <table class="as-list">
          <thead>
            <tr>
              <th scope="col">Last seen</th>
              <th scope="col">Level</th>
              <th scope="col">What happened</th>
              <th scope="col" class="number">
                Times
              </th>
              <th scope="col">Prompt</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                <td class="nowrap">
                  <Time at={row.last_seen_at} />
                </td>
                <td>
                  <Badge tone={levelTone(row.level)} text={row.level} />
                </td>
                <td class="wide break first">
                  <code safe>{row.code}</code> <span safe>{row.message}</span>
                  <div class="quiet small" safe>
                    {row.source ?? ""}
                  </div>
                </td>
                <td class="number">{count(row.occurrences)}</td>
                <td>
                  <TaskLink row={row} basePath={basePath} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <nav class="pager" aria-label="Pages of errors">
        {isOlder ? <a href={address(null)}>← Newest</a> : <span />}
        {next === null ? (
          ""
        ) : (
          <a class="button" rel="next" href={address(next)}>
            Older
          </a>
        )}
      </nav>
    </section>
  ) as string;
}

function TaskLink({ row, basePath }: { readonly row: ErrorRow; readonly basePath: string }): string {
  const id = row.last_correlation_id ?? row.correlation_id;
  if (id === null) return "–";
  return (
    <a class="mono" href={`${basePath}/history/${encodeURIComponent(id)}`} safe>
      {id}
    </a>
  ) as string;
}
