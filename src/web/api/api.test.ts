import { afterEach, describe, expect, test } from "bun:test";
import { addHistory } from "../../storage/testing/sample-rows.ts";
import { exportHistory } from "../export-history.ts";
import { TestPages } from "../testing/test-pages.ts";

let pages: TestPages;

afterEach(() => pages.stop());

interface HistoryAnswer {
  readonly rows: readonly { readonly correlation_id: string; readonly status: string }[];
  readonly next: number | null;
}

async function everyPage(query: string): Promise<string[]> {
  const ids: string[] = [];
  let before = "";
  for (;;) {
    const { rows, next } = await pages.json<HistoryAnswer>(`/api/v1/history?limit=7&${query}${before}`);
    ids.push(...rows.map(({ correlation_id }) => correlation_id));
    if (next === null) return ids;
    before = `&before=${next}`;
  }
}

describe("the history", () => {
  test("gives every prompt once, newest first, whatever the page size", async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `id${n}`);
    pages = await TestPages.start({
      fill: (database) => addHistory(database, ...ids.map((correlation_id) => ({ correlation_id }))),
    });
    expect(await everyPage("")).toEqual(ids.toReversed());
  });

  test("filters by words, time, canvas, kind, status and model; empty fields of a form do not count", async () => {
    pages = await TestPages.start({
      fill: (database) =>
        addHistory(
          database,
          { correlation_id: "old", created_at: "2026-01-01T00:00:00.000Z" },
          { correlation_id: "frog", prompt: "What is a baby frog called?", response: "Tadpole" },
          { correlation_id: "failed", status: "failed", response: null, error_code: "PROMPT_TIMEOUT" },
          { correlation_id: "elsewhere", canvas_id: "canvas-2" },
          { correlation_id: "picture", operation_type: "image_prompt" },
          { correlation_id: "large", model: "large" },
        ),
    });
    const found = (query: string) => everyPage(`${query}&q=&status=&from=&canvas=`.replace(/^&/, ""));
    expect(await everyPage("q=frog+tadpole")).toEqual(["frog"]);
    expect(await everyPage("to=2026-01-02T00:00")).toEqual(["old"]);
    expect((await everyPage("from=2026-01-02")).includes("old")).toBe(false);
    expect(await everyPage("status=failed&q=")).toEqual(["failed"]);
    expect(await everyPage("canvas=canvas-2&model=")).toEqual(["elsewhere"]);
    expect(await everyPage("operation=image_prompt")).toEqual(["picture"]);
    expect(await everyPage("model=large")).toEqual(["large"]);
    expect(await found("")).toHaveLength(6);
  });

  test("says what is wrong with a question that makes no sense", async () => {
    pages = await TestPages.start();
    for (const query of ["from=yesterday", "limit=0", "limit=9999", "before=x"]) {
      const response = await pages.visitor.get(`/api/v1/history?${query}`);
      expect([query, response.status]).toEqual([query, 400]);
      expect(await response.json()).toMatchObject({ error: { code: "WEB_BAD_REQUEST" } });
    }
    const unknown = await pages.visitor.get("/api/v1/history/nobody");
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { code: "WEB_NOT_FOUND" } }]);
  });

  test("tells everything of one prompt, with what to do about its error", async () => {
    pages = await TestPages.start({
      fill: (database) =>
        addHistory(database, { correlation_id: "bad", status: "failed", error_code: "PROMPT_TIMEOUT" }),
    });
    expect(await pages.json<unknown>("/api/v1/history/bad")).toMatchObject({
      task: { correlation_id: "bad", status: "failed" },
      hint: expect.stringContaining("PROCESSING_TIMEOUT"),
    });
  });
});

describe("an export", () => {
  test("is a file of all that matches, in which nothing is a formula", async () => {
    pages = await TestPages.start({
      fill: (database) =>
        addHistory(
          database,
          {
            correlation_id: "a",
            prompt: '=HYPERLINK("http://evil.example")',
            response: 'say "hi",\nthen go',
          },
          ...Array.from({ length: 600 }, () => ({})),
        ),
    });
    const csv = await pages.visitor.get("/api/v1/history.csv");
    expect(csv.headers.get("content-disposition")).toContain("attachment");
    const text = await csv.text();
    expect(text.match(/\r\n/g)).toHaveLength(602);
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    expect(text).toContain('"say ""hi"",\nthen go"');
    const json = await pages.json<{ rows: unknown[]; complete: boolean }>("/api/v1/history.json");
    expect([json.rows.length, json.complete]).toEqual([601, true]);
    const none = await pages.json<{ rows: unknown[]; complete: boolean }>("/api/v1/history.json?q=nobody");
    expect(none).toEqual({ rows: [], complete: true });
  });

  test("ends at its limit and says so", async () => {
    pages = await TestPages.start({ fill: (database) => addHistory(database, {}, {}, {}) });
    const { rows } = await pages.json<HistoryAnswer>("/api/v1/history");
    const read = async () => ({ rows: rows as never, next: 5 });
    const file = (await exportHistory(read, {}, "json", 4).json()) as { rows: unknown[]; complete: boolean };
    expect([file.rows.length, file.complete]).toEqual([4, false]);
  });
});

test("the status tells what runs, and what to do where something is wrong", async () => {
  pages = await TestPages.start({
    tasks: [
      {
        ...{ correlationId: "t1", canvasId: "canvas-1", operation: "note_prompt", prompt: "Why?" },
        ...{ createdAt: 0, stage: "claimed", attempts: 1, recovered: false, isRunning: true, progress: null },
      },
      {
        ...{
          correlationId: "t2",
          canvasId: "canvas-1",
          operation: "pdf_precis",
          prompt: "Summary of the PDF",
        },
        ...{ createdAt: 0, stage: "claimed", attempts: 1, recovered: false, isRunning: true },
        progress: { status: "reading page 3 of 10 …", fraction: 0.06 },
      },
    ],
    parts: { isDemo: true },
  });
  expect(await pages.json<unknown>("/api/v1/status")).toMatchObject({
    ready: true,
    alerts: [{ tone: "warn", hint: expect.stringContaining("LLAMA_MODEL_PATH") }],
    canvases: [{ name: "Planning", state: "live" }],
    tasks: [
      {
        correlation_id: "t1",
        step: "writing the answer",
        tokens: 42,
        tokens_per_second: 12.5,
        progress: null,
      },
      { correlation_id: "t2", step: "reading page 3 of 10", progress: 0.06 },
    ],
    today: { prompts: 0, success_rate: null },
  });
});

test.each(["hour", "day", "week", "month"])("metrics and errors of a %s fit their schemas", async (range) => {
  const now = new Date().toISOString();
  pages = await TestPages.start({
    fill: (database) => addHistory(database, { created_at: now, completed_at: now, duration_ms: 100 }),
  });
  const metrics = await pages.json<{ prompts: { succeeded: number }[] }>(`/api/v1/metrics?range=${range}`);
  expect(metrics.prompts.map(({ succeeded }) => succeeded)).toEqual([1]);
  expect((await pages.visitor.get(`/api/v1/errors?range=${range}`)).status).toBe(200);
});

test("the description names every route, and every route it names is there", async () => {
  pages = await TestPages.start();
  const document = await pages.json<{ paths: Record<string, { get: { summary?: string } }> }>(
    "/api/v1/openapi.json",
  );
  const names = Object.keys(document.paths).map((path) => path.replace("/api/v1/", ""));
  expect(names.sort()).toEqual(
    [
      ...["errors", "events", "history", "history.csv", "history.json", "history/{id}"],
      ...["logs", "metrics", "status"],
    ].sort(),
  );
  for (const [path, { get }] of Object.entries(document.paths)) {
    expect(get.summary).toBeTruthy();
    const response = await pages.visitor.get(path.replace("{id}", "nobody"));
    expect([path, response.status]).toEqual([path, path.includes("{id}") ? 404 : 200]);
    await response.body?.cancel();
  }
});
