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
      <WhereTimeWent task={task} />
    </section>
  ) as string;
}

/** Where the time went, as far as it is known: the call that wrote the answer, and everything around it. */
function WhereTimeWent({ task }: { readonly task: HistoryRow }): string {
  const { duration_ms, queue_ms, load_ms, prompt_ms, generation_ms } = task;
  if (duration_ms === null || generation_ms === null) return "";
  const known = [
    { name: "Waiting for the model", ms: queue_ms ?? 0, color: "series-5" },
    { name: "Loading it", ms: load_ms ?? 0, color: "series-3" },
    { name: "Reading the prompt", ms: prompt_ms ?? 0, color: "series-2" },
    { name: "Writing the answer", ms: generation_ms, color: "series-1" },
  ];
  const spent = known.reduce((sum, { ms }) => sum + ms, 0);
  const parts = [
    ...known,
    { name: "Canvas and other calls", ms: Math.max(0, duration_ms - spent), color: "series-rest" },
  ];
  return (
    <>
      <TimeBar parts={parts} />
      <ul class="legend">
        {parts.map(({ name, ms, color }) => (
          <li class={color}>
            {name} <strong>{duration(ms)}</strong>
          </li>
        ))}
        <li class="legend-at quiet">{`first token after ${duration(task.ttft_ms)}`}</li>
      </ul>
    </>
  ) as string;
}

/** Parts of a whole, side by side; the words stand in the legend. */
function TimeBar({
  parts,
}: {
  readonly parts: readonly { readonly ms: number; readonly color: string }[];
}): string {
  const whole = Math.max(
    1,
    parts.reduce((sum, { ms }) => sum + ms, 0),
  );
  let from = 0;
  return (
    <svg class="time-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ ms, color }) => {
        const x = from;
        const width = (ms / whole) * 100;
        from += width;
        return <rect class={color} x={x.toFixed(2)} width={width.toFixed(2)} height="1" />;
      })}
    </svg>
  ) as string;
}
