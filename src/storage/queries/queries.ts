import type { Database } from "bun:sqlite";
import { type CanvasEventRequest, canvasEventPage } from "./canvas-events.ts";
import { type ErrorRequest, errorKinds, errorMessages, errorPage, errorSeries } from "./errors.ts";
import { filterValues } from "./filter-values.ts";
import { type HistoryRequest, historyExport, historyPage } from "./history.ts";
import { inferenceSeries } from "./inference-statistics.ts";
import { inferenceMinutes, promptMinutes } from "./minutes.ts";
import type { Span, Step } from "./periods.ts";
import { promptSeries, promptShares, promptTotals } from "./prompt-statistics.ts";
import { systemLatest, systemSeries } from "./system-statistics.ts";
import { taskDetail } from "./task-detail.ts";

type SteppedSpan = Span & { readonly step: Step };

/** Everything the dashboard and the `history` command can ask. They take and give plain data. */
export type Queries = ReturnType<typeof createQueries>;

export function createQueries(database: Database) {
  return {
    historyPage: (request: HistoryRequest) => historyPage(database, request),
    historyExport: (request: HistoryRequest) => historyExport(database, request),
    taskDetail: (request: { readonly correlationId: string }) => taskDetail(database, request),
    filterValues: () => filterValues(database),
    promptTotals: (request: Span) => promptTotals(database, request),
    promptSeries: (request: SteppedSpan) => promptSeries(database, request),
    promptShares: (request: Span) => promptShares(database, request),
    promptMinutes: (request: Span) => promptMinutes(database, request),
    inferenceMinutes: (request: Span) => inferenceMinutes(database, request),
    inferenceSeries: (request: SteppedSpan) => inferenceSeries(database, request),
    systemSeries: (request: Span & { readonly step: Step | "sample" }) => systemSeries(database, request),
    systemLatest: () => systemLatest(database),
    errorPage: (request: ErrorRequest) => errorPage(database, request),
    errorKinds: (request: Span) => errorKinds(database, request),
    errorMessages: (request: Span & { readonly limit?: number }) => errorMessages(database, request),
    errorSeries: (request: SteppedSpan) => errorSeries(database, request),
    canvasEventPage: (request: CanvasEventRequest) => canvasEventPage(database, request),
  };
}
