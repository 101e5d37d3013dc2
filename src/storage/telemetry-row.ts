import type { CanvasEventInsert, ErrorInsert, PerformanceInsert, SystemInsert } from "./schema.ts";

/** One entry of what is recorded beside the journal. It may be lost under pressure; the journal never is. */
export type TelemetryRow =
  | { readonly table: "canvas_events"; readonly row: CanvasEventInsert }
  | { readonly table: "performance_metrics"; readonly row: PerformanceInsert }
  | { readonly table: "error_log"; readonly row: ErrorInsert }
  | { readonly table: "system_metrics"; readonly row: SystemInsert };

/** What the recorders need of the storage. It returns at once and never throws. */
export type RecordTelemetry = (entry: TelemetryRow) => void;
