import { Html } from "@elysiajs/html";
import type { ReadEntry } from "../../src/observability/read-log.ts";
import type { TaskDetail } from "../../src/storage/queries/task-detail.ts";
import { Advice } from "../advice.tsx";
import { Badge } from "../badge.tsx";
import { count, duration } from "../format.ts";
import { LogEntries } from "../logs/log-entries.tsx";
import { Time } from "../time.tsx";
import { canvasName, operationName, statusTone } from "../words.ts";
import { StepsSection } from "./task-steps.tsx";
import { EventsSection, InferencesSection } from "./task-tables.tsx";

export interface TaskPageProps {
  readonly detail: TaskDetail;
  /** What to do about its error. */
  readonly hint: string | null;
  readonly log: { readonly entries: readonly ReadEntry[]; readonly complete: boolean };
  readonly basePath: string;
  readonly names: ReadonlyMap<string, string>;
}

/** Everything that is known of one prompt. */
export function taskPage({ detail, hint, log, basePath, names }: TaskPageProps): string {
  const { task, inferences, events } = detail;
  return (
    <>
      <p class="small">
        <a href={`${basePath}/history`}>← History</a>
      </p>
      <div class="page-head">
        <h1>
          Prompt <code safe>{task.correlation_id}</code>
        </h1>
        <Badge tone={statusTone(task.status)} text={task.status} />
      </div>
      {task.error_code === null ? (
        ""
      ) : (
        <div class="alert bad">
          <p>
            <code safe>{task.error_code}</code> <span safe>{task.error_message ?? ""}</span>
          </p>
          <p class="small alert-hint">
            <Advice text={hint ?? ""} />
          </p>
        </div>
      )}
      <div class="grid task-texts">
        <section class="card" aria-labelledby="prompt-heading">
          <h2 id="prompt-heading">Prompt</h2>
          <pre class="text" safe>
            {task.prompt}
          </pre>
        </section>
        <section class="card" aria-labelledby="answer-heading">
          <h2 id="answer-heading">Answer</h2>
          {task.response === null ? (
            <p class="quiet">
              {task.status === "failed" ? "A note on the canvas says why there is none." : "None yet."}
            </p>
          ) : (
            <pre class="text" safe>
              {task.response}
            </pre>
          )}
        </section>
      </div>
      <div class="grid">
        <StepsSection task={task} />
        <section class="card" aria-labelledby="facts-heading">
          <h2 id="facts-heading">Facts</h2>
          <dl class="facts">
            <dt>Kind</dt>
            <dd safe>{operationName(task.operation_type)}</dd>
            <dt>Canvas</dt>
            <dd>
              <span safe>{canvasName(task.canvas_id, names)}</span>
              <br />
              <span class="quiet small mono" safe>
                {task.canvas_id}
              </span>
            </dd>
            <dt>Asked by</dt>
            <dd class="mono" safe>
              {task.widget_id}
            </dd>
            <dt>Answer</dt>
            <dd class="mono" safe>
              {task.response_widget_id ?? "–"}
            </dd>
            <dt>Its title</dt>
            <dd class="mono" safe>{`AI answer ${task.correlation_id}`}</dd>
            <dt>Model</dt>
            <dd safe>{task.model ?? "–"}</dd>
            <dt>Tokens</dt>
            <dd>{`${count(task.prompt_tokens)} read, ${count(task.completion_tokens)} written`}</dd>
            <dt>Attempts</dt>
            <dd>{count(task.attempts)}</dd>
            <dt>Took</dt>
            <dd>{duration(task.duration_ms)}</dd>
          </dl>
        </section>
      </div>
      <InferencesSection inferences={inferences} />
      {detail.errors.length === 0 ? (
        ""
      ) : (
        <section class="card" aria-labelledby="errors-heading">
          <h2 id="errors-heading">Errors on the way</h2>
          <ul class="entries">
            {detail.errors.map((error) => (
              <li>
                <div class="row">
                  <code safe>{error.code}</code>
                  <span class="quiet small">
                    <Time at={error.created_at} />
                  </span>
                </div>
                <p safe>{error.message}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      <EventsSection events={events} />
      <section class="stack" aria-labelledby="log-heading">
        <h2 id="log-heading">Log</h2>
        <LogEntries
          entries={log.entries}
          basePath={basePath}
          label="Log entries of this prompt"
          empty="The log files have no entries of this prompt (any more)."
        />
        {log.complete ? "" : <p class="quiet small">There are more entries than are shown here.</p>}
      </section>
      <p class="quiet small">All times are UTC.</p>
    </>
  ) as string;
}
