import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { insertTelemetry } from "../../storage/telemetry-store.ts";
import { addHistory, errorRow, performanceRow, systemRow } from "../../storage/testing/sample-rows.ts";
import { TestPages } from "../testing/test-pages.ts";

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&`;
const PATHS = [
  "/",
  "/history",
  "/history?q=%3Cscript%3Ealert(1)&status=%22%3E%3Cscript%3Ealert(3)&model=%3Cimg%20src%3Dx",
  "/history/evil",
  ...["hour", "day", "week", "month"].map((range) => `/metrics?range=${range}`),
  "/errors?range=day",
  "/errors?range=day&code=%3Cscript%3Ealert(1)",
  "/logs?level=debug&q=",
  "/logs?q=%22%3E%3Cscript%3Ealert(4)",
];

let pages: TestPages;

afterEach(() => pages.stop());

async function startHostile(basePath = ""): Promise<void> {
  const now = new Date().toISOString();
  pages = await TestPages.start({
    basePath,
    fill(database) {
      addHistory(database, {
        ...{ correlation_id: "evil", canvas_id: HOSTILE, widget_id: HOSTILE, response_widget_id: HOSTILE },
        ...{ prompt: HOSTILE, response: HOSTILE, model: HOSTILE, status: "failed" },
        ...{ error_code: HOSTILE, error_message: HOSTILE, created_at: now, completed_at: now },
      });
      insertTelemetry(database, [
        {
          table: "performance_metrics",
          row: performanceRow({
            ...{ model: HOSTILE, quantization: HOSTILE, device: HOSTILE, error_code: HOSTILE },
            ...{ correlation_id: "evil", created_at: now },
          }),
        },
        {
          table: "error_log",
          row: errorRow({
            ...{ code: HOSTILE, message: HOSTILE, source: HOSTILE, correlation_id: "evil" },
            ...{ created_at: now, last_seen_at: now, hour: now.slice(0, 13) },
          }),
        },
        { table: "system_metrics", row: systemRow({ created_at: now }) },
      ]);
    },
    tasks: [
      {
        ...{ correlationId: HOSTILE, canvasId: HOSTILE, operation: "note_prompt", prompt: HOSTILE },
        ...{ createdAt: 0, stage: "claimed", attempts: 1, recovered: false, isRunning: true, progress: null },
      },
    ],
    parts: {
      canvases: {
        status: () => [
          {
            ...{ name: HOSTILE, canvasId: HOSTILE, state: "reconnecting", lastEventAt: 0 },
            error: { code: HOSTILE, message: HOSTILE, hint: HOSTILE },
          },
        ],
      },
      gpus: {
        status: () => ({
          ...{ state: "degraded", message: HOSTILE, source: "nvml", gpus: 1, readings: 1, failures: 0 },
        }),
        latest: () => [
          {
            ...{ index: 0, name: HOSTILE, vram_used_mb: 1, vram_total_mb: 2 },
            ...{ gpu_utilization_percent: 3, driver: HOSTILE },
          },
        ],
      },
    },
  });
  const entry = { timestamp: now, level: "error", message: HOSTILE, source: HOSTILE, correlation_id: "evil" };
  await Bun.write(join(pages.folder, "canvuslocallm.2026-01-10.1.log"), `${JSON.stringify(entry)}\n`);
}

test("what people wrote is shown as text on every page", async () => {
  await startHostile();
  for (const path of PATHS) {
    const response = await pages.visitor.get(path);
    const html = await response.text();
    expect([path, response.status]).toEqual([path, 200]);
    // What stands in quotes cannot get out of them: the quotes within are escaped.
    const markup = html.replaceAll(/="[^"]*"/g, "");
    expect(markup.replaceAll("<script type src></script>", "")).not.toContain("<script");
    expect(markup).not.toMatch(/<img|(?<!;|x )onerror=/);
  }
  expect(await pages.text("/history/evil")).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("under a base path no link leads out of it", async () => {
  await startHostile("/a/ai");
  for (const path of PATHS) {
    const html = await pages.text(`/a/ai${path}`);
    const addresses = [...html.matchAll(/(?:href|src|action|data-events|data-page|data-history)="([^"]*)"/g)];
    expect(addresses.length).toBeGreaterThan(5);
    for (const [, address = ""] of addresses) expect(address).toMatch(/^(\/a\/ai\/|#)/);
  }
});

test("a history without prompts, a search without a find and an unknown prompt are said kindly", async () => {
  pages = await TestPages.start();
  expect(await pages.text("/history")).toContain("No prompt has been written yet.");
  expect(await pages.text("/history?q=nobody")).toContain("No prompt matches.");
  const unknown = await pages.visitor.get("/history/nobody");
  expect(unknown.status).toBe(404);
  expect(await unknown.text()).toContain("There is no prompt with this id");
  expect(await pages.text("/errors")).toContain("Nothing went wrong in the last day.");
  expect(await pages.text("/metrics")).toContain("Nothing was measured in this time.");
});

test("the filter stays in the form, in the files and in the link to older prompts", async () => {
  pages = await TestPages.start({
    fill: (database) => addHistory(database, ...Array.from({ length: 60 }, () => ({}))),
  });
  const html = await pages.text("/history?q=capital&status=succeeded&from=2026-01-02T10:00");
  expect(html).toContain('value="capital"');
  expect(html).toContain('value="2026-01-02T10:00"');
  expect(html).toMatch(/<option value="succeeded" selected(="")?>/);
  expect(html).toContain("history.csv?q=capital&from=2026-01-02T10%3A00&status=succeeded");
  const older = /rel="next" href="([^"]+)"/.exec(html)?.[1] ?? "";
  expect(await pages.text(older)).toContain("That is all.");
});
