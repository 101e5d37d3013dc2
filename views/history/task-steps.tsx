import { Html } from "@elysiajs/html";
import type { HistoryRow } from "../../src/storage/schema.ts";
import { duration } from "../format.ts";
import { Time } from "../time.tsx";

interface Step {
  readonly name: string;
  readonly at: string | null;
}

/** What happened to a prompt, and how long after the step before. */
export function StepsSection({ task }: { readonly task: HistoryRow }): string {
  const steps: Step[] = [
    { name: "Seen on the canvas", at: task.created_at },
    { name: "Work begun", at: task.started_at },
    { name: "Whole answer on the canvas", at: task.answered_at },
    { name: task.status === "succeeded" ? "Finished" : "Ended", at: task.completed_at },
  ];
  const reached = steps.filter((step): step is Step & { readonly at: string } => step.at !== null);
  return (
    <section class="card" aria-labelledby="steps-heading">
      <h2 id="steps-heading">Steps</h2>
      <ol class="timeline">
        {reached.map(({ name, at }, index) => (
          <li>
            <strong>{name}</strong>
            <span class="quiet small">
              <Time at={at} />
              {index === 0
                ? ""
                : `, ${duration(Date.parse(at) - Date.parse(reached[index - 1]?.at ?? at))} later`}
            </span>
          </li>
        ))}
      </ol>
      <ModelTimes task={task} />
    </section>
  ) as string;
}

/** Of the call that wrote the answer. */
function ModelTimes({ task }: { readonly task: HistoryRow }): string {
  if (task.generation_ms === null) return "";
  const times: readonly (readonly [string, number | null])[] = [
    ["Waiting for the model", task.queue_ms],
    ["Loading it", task.load_ms],
    ["Reading the prompt", task.prompt_ms],
    ["To the first token", task.ttft_ms],
    ["Writing", task.generation_ms],
  ];
  return (
    <dl class="facts short">
      {times.map(([name, ms]) => (
        <>
          <dt>{name}</dt>
          <dd>{duration(ms)}</dd>
        </>
      ))}
    </dl>
  ) as string;
}
