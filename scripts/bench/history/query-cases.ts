import type { Database } from "bun:sqlite";
import type { Queries } from "../../../src/storage/queries/queries.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** One query, asked differently in every round. */
export type QueryCase = (round: number) => unknown;

/** Every query of the dashboard, as pages and people ask for it. */
export function queryCases(queries: Queries, database: Database): Record<string, QueryCase> {
  const newest =
    database.query<{ id: number }, []>("SELECT max(id) AS id FROM processing_history").get()?.id ?? 0;
  const { canvases, models } = queries.filterValues();
  const now = Date.now();
  const span = (days: number) => ({
    from: new Date(now - days * DAY_MS).toISOString(),
    to: new Date(now).toISOString(),
  });
  // Every round asks for another page, so that the cache is not asked instead of the index.
  const before = (round: number) => newest - ((round * 9973) % newest);
  const canvasId = (round: number) => canvases[round % canvases.length];
  const correlation = database.query<{ id: string }, [number]>(
    "SELECT correlation_id AS id FROM processing_history WHERE id >= ? LIMIT 1",
  );
  return {
    "history, newest": () => queries.historyPage({}),
    "history, any page": (round) => queries.historyPage({ before: before(round) }),
    "history, largest page": (round) => queries.historyPage({ before: before(round), limit: 200 }),
    "history, export page": (round) => queries.historyExport({ before: before(round) }),
    "history, canvas": (round) => queries.historyPage({ before: before(round), canvasId: canvasId(round) }),
    "history, failed": (round) => queries.historyPage({ before: before(round), status: "failed" }),
    "history, operation": (round) =>
      queries.historyPage({ before: before(round), operation: "image_prompt" }),
    "history, model": (round) =>
      queries.historyPage({ before: before(round), model: models[round % models.length] }),
    "history, all filters": (round) =>
      queries.historyPage({
        before: before(round),
        canvasId: canvasId(round),
        operation: "image_prompt",
        status: "cancelled",
        model: models[round % models.length],
      }),
    "history, an hour": (round) => {
      const from = now - (1 + (round % 700)) * 3_600_000;
      return queries.historyPage({
        from: new Date(from).toISOString(),
        to: new Date(from + 3_600_000).toISOString(),
      });
    },
    "history, a day and failed": (round) =>
      queries.historyPage({ ...span(1 + (round % 29)), status: "failed" }),
    "history, nothing matches": () =>
      queries.historyPage({ status: "succeeded", model: "none", text: undefined }),
    "history, model without the status": (round) =>
      queries.historyPage({ before: before(round), status: "succeeded", operation: "none" }),
    "text, word in every row": (round) => queries.historyPage({ before: before(round), text: "kaing" }),
    "text, common word": (round) => queries.historyPage({ before: before(round), text: "ledu" }),
    "text, rare word": (round) => queries.historyPage({ before: before(round), text: "lepodupo" }),
    "text, unknown word": () => queries.historyPage({ text: "zebra" }),
    "text, two words": (round) => queries.historyPage({ before: before(round), text: "ledu mika" }),
    "text, phrase": (round) => queries.historyPage({ before: before(round), text: '"kaing le"' }),
    "text, common word and failed": (round) =>
      queries.historyPage({ before: before(round), text: "ledu", status: "failed" }),
    "text, two rare words": (round) =>
      queries.historyPage({ before: before(round), text: "lepodupo lesamisa" }),
    "one task": (round) => queries.taskDetail({ correlationId: correlation.get(before(round))?.id ?? "" }),
    "filter values": () => queries.filterValues(),
    "prompt totals, today": () => queries.promptTotals(span(1)),
    "prompt totals, month": () => queries.promptTotals(span(30)),
    "prompt series, day by hour": () => queries.promptSeries({ ...span(1), step: "hour" }),
    "prompt series, week by hour": () => queries.promptSeries({ ...span(7), step: "hour" }),
    "prompt series, month by day": () => queries.promptSeries({ ...span(30), step: "day" }),
    "prompt shares, month": () => queries.promptShares(span(30)),
    "inference series, month by day": () => queries.inferenceSeries({ ...span(30), step: "day" }),
    "system, latest": () => queries.systemLatest(),
    "system series, samples": () => queries.systemSeries({ ...span(1), step: "sample" }),
    "system series, day by hour": () => queries.systemSeries({ ...span(1), step: "hour" }),
    "system series, week by hour": () => queries.systemSeries({ ...span(7), step: "hour" }),
    "errors, newest": () => queries.errorPage({}),
    "errors, code": () => queries.errorPage({ code: "PROMPT_TIMEOUT" }),
    "error kinds, week": () => queries.errorKinds(span(7)),
    "error messages, week": () => queries.errorMessages(span(7)),
    "error series, week by hour": () => queries.errorSeries({ ...span(7), step: "hour" }),
    "canvas events, newest": () => queries.canvasEventPage({}),
    "canvas events, one widget": (round) =>
      queries.canvasEventPage({ canvasId: canvasId(round), widgetId: `widget-${round}` }),
    "canvas events, deleted": () => queries.canvasEventPage({ operation: "deleted" }),
  };
}
