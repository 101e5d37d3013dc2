import { Html } from "@elysiajs/html";
import type { CanvasEventRow, PerformanceRow } from "../../src/storage/schema.ts";
import { Badge } from "../badge.tsx";
import { count, duration, perSecond, videoMemory } from "../format.ts";
import { ScrollBox } from "../scroll-box.tsx";
import { Time } from "../time.tsx";
import { deviceName, statusTone } from "../words.ts";

interface Figure {
  readonly name: string;
  readonly of: (call: PerformanceRow) => string;
}

/** Columns; on a narrow screen the names stand before the figures. */
const FIGURES: readonly Figure[] = [
  { name: "Read", of: (call) => count(call.prompt_tokens) },
  { name: "Written", of: (call) => count(call.completion_tokens) },
  { name: "Tokens/s", of: (call) => perSecond(call.completion_tokens_per_second) },
  { name: "First token", of: (call) => duration(call.ttft_ms) },
  { name: "Took", of: (call) => duration(call.duration_ms) },
  { name: "Video memory", of: (call) => videoMemory(call.vram_after_mb) },
];

/** The calls of models for one prompt: what is wanted, then the answer. */
export function InferencesSection({
  inferences,
}: {
  readonly inferences: readonly PerformanceRow[];
}): string {
  if (inferences.length === 0) return "";
  return (
    <section class="stack" aria-labelledby="calls-heading">
      <h2 id="calls-heading">Calls of the model</h2>
      <ScrollBox labelledBy="calls-heading">
        <table class="as-list">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Model</th>
              <th scope="col">Status</th>
              {FIGURES.map(({ name }) => (
                <th scope="col" class="number" safe>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {inferences.map((call) => (
              <tr>
                <td class="nowrap">
                  <Time at={call.created_at} />
                </td>
                <td class="first">
                  <span safe>{call.model}</span>
                  <div class="quiet small" safe>
                    {whereOf(call)}
                  </div>
                </td>
                <td>
                  <Badge tone={statusTone(call.status)} text={call.error_code ?? call.status} />
                </td>
                {FIGURES.map(({ name, of }) => (
                  <td class="number" data-label={name.toLowerCase()} safe>
                    {of(call)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  ) as string;
}

/** What happened to the note that asked and to the answer. */
export function EventsSection({ events }: { readonly events: readonly CanvasEventRow[] }): string {
  if (events.length === 0) return "";
  return (
    <section class="stack" aria-labelledby="events-heading">
      <h2 id="events-heading">On the canvas</h2>
      <ScrollBox labelledBy="events-heading">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Event</th>
              <th scope="col">Widget</th>
              <th scope="col">Changed</th>
              <th scope="col" class="number">
                Times
              </th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr>
                <td class="nowrap">
                  <Time at={event.created_at} />
                </td>
                <td safe>{event.operation_type}</td>
                <td>
                  <span safe>{event.correlation_id === null ? event.widget_type : "Answer"}</span>{" "}
                  <span class="quiet small mono" safe>
                    {event.widget_id}
                  </span>
                </td>
                <td safe>{event.changed_fields ?? ""}</td>
                <td class="number">{count(event.changes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  ) as string;
}

/** What computed it: the address of a server, or what of this machine. */
function whereOf({ endpoint, quantization, device }: PerformanceRow): string {
  if (endpoint !== null && endpoint !== "local") return endpoint;
  return [quantization, device === null ? null : deviceName(device)]
    .filter((part) => part !== null)
    .join(", ");
}
