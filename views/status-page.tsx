import { Html } from "@elysiajs/html";
import type { Readiness } from "../src/web/health.ts";

/** What a person sees who opens the service's address. */
export function statusPage(version: string, readiness: Readiness): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="10" />
        <title>CanvusLocalLLM</title>
        <link rel="stylesheet" href="style.css" />
      </head>
      <body>
        <main>
          <div class="card">
            <h1>CanvusLocalLLM</h1>
            <div class="quiet" safe>{`Version ${version}`}</div>
            {readiness.ready ? (
              <p class="state good">Running: prompts on the canvases are answered.</p>
            ) : (
              <p class="state bad">Running, but not ready to answer yet:</p>
            )}
            <ul>
              {readiness.reasons.map((reason) => (
                <li safe>{`${reason.part}: ${reason.message}`}</li>
              ))}
            </ul>
            {readiness.notices.map((notice) => (
              <p safe>{notice}</p>
            ))}
            <p class="quiet">
              Write {"{{a question}}"} in a note on a watched canvas; the answer appears beside it.
            </p>
          </div>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${page}`;
}
