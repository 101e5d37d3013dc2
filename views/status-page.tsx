import { Html } from "@elysiajs/html";
import type { Readiness } from "../src/web/health.ts";

/** Whether prompts are answered, and what keeps the service from it. */
export function statusPage(readiness: Readiness): string {
  return (
    <>
      <h1>Overview</h1>
      <section class="card">
        {readiness.ready ? (
          <p class="alert good">Running: prompts on the canvases are answered.</p>
        ) : (
          <div class="alert bad">
            <p>Running, but not ready to answer yet:</p>
            <ul>
              {readiness.reasons.map((reason) => (
                <li safe>{`${reason.part}: ${reason.message}`}</li>
              ))}
            </ul>
          </div>
        )}
        {readiness.notices.map((notice) => (
          <p class="alert warn" safe>
            {notice}
          </p>
        ))}
        <p class="quiet">
          Write {"{{a question}}"} in a note on a watched canvas; the answer appears beside it.
        </p>
      </section>
    </>
  ) as string;
}
