import { Html } from "@elysiajs/html";
import type { ServiceStatus } from "../../src/web/api/status-schema.ts";
import { Badge } from "../badge.tsx";
import { count, perSecond } from "../format.ts";
import { ScrollBox } from "../scroll-box.tsx";
import { Ago } from "../time.tsx";
import { canvasName, operationName } from "../words.ts";

export interface TasksProps {
  readonly status: ServiceStatus;
  readonly basePath: string;
  readonly names: ReadonlyMap<string, string>;
}

/** What is worked on at this moment, and what waits. */
export function TasksSection({ status, basePath, names }: TasksProps): string {
  const { running, waiting, max_running } = status.queue;
  return (
    <section class="card" aria-labelledby="tasks-heading">
      <div class="page-head">
        <h2 id="tasks-heading">Working on now</h2>
        <span class="quiet small" safe>
          {`${running} of ${max_running} at work, ${waiting} waiting`}
        </span>
      </div>
      {status.tasks.length === 0 ? (
        <p class="quiet">
          Nothing at the moment. Write {"{{a question}}"} in a note on a watched canvas; the answer appears
          beside it.
        </p>
      ) : (
        <ScrollBox labelledBy="tasks-heading">
          <table class="as-list">
            <thead>
              <tr>
                <th scope="col">Prompt</th>
                <th scope="col">Kind</th>
                <th scope="col">Canvas</th>
                <th scope="col">State</th>
                <th scope="col" class="number">
                  Tokens
                </th>
                <th scope="col" class="number">
                  Tokens/s
                </th>
                <th scope="col" class="number">
                  Since
                </th>
              </tr>
            </thead>
            <tbody>
              {status.tasks.map((task) => (
                <tr>
                  <td class="first">
                    <a
                      class="clamp"
                      href={`${basePath}/history/${encodeURIComponent(task.correlation_id)}`}
                      safe
                    >
                      {task.prompt.trim() || operationName(task.operation_type)}
                    </a>
                  </td>
                  <td safe>{operationName(task.operation_type)}</td>
                  <td safe>{canvasName(task.canvas_id, names)}</td>
                  <td class="nowrap">
                    <Badge tone={task.running ? "info" : "plain"} text={task.step} />
                    {task.running && task.progress !== null ? (
                      <progress max="1" value={String(task.progress)} aria-label={`${task.step}: done`} />
                    ) : (
                      ""
                    )}
                  </td>
                  <td class="number" data-label="tokens">
                    {task.running ? count(task.tokens) : "–"}
                  </td>
                  <td class="number" data-label="tokens/s">
                    {perSecond(task.tokens_per_second)}
                  </td>
                  <td class="number" data-label="since">
                    <Ago at={task.created_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </section>
  ) as string;
}
