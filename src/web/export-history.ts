import type { HistoryFilter, HistoryRequest } from "../storage/queries/history.ts";
import type { Page } from "../storage/queries/scan.ts";
import type { HistoryRow } from "../storage/schema.ts";

/** Rows of one export; whoever wants more asks for a shorter time. */
const MAX_EXPORT_ROWS = 100_000;

const COLUMNS = [
  "correlation_id",
  "created_at",
  "started_at",
  "answered_at",
  "completed_at",
  "status",
  "operation_type",
  "canvas_id",
  "widget_id",
  "response_widget_id",
  "prompt",
  "response",
  "model",
  "prompt_tokens",
  "completion_tokens",
  "duration_ms",
  "queue_ms",
  "load_ms",
  "prompt_ms",
  "ttft_ms",
  "generation_ms",
  "attempts",
  "error_code",
  "error_message",
] as const satisfies readonly (keyof HistoryRow)[];

type ReadPage = (request: HistoryRequest) => Promise<Page<HistoryRow>>;
type Form = "csv" | "json";

/** A file of all rows that match, newest first, read page by page as fast as the browser takes it. */
export function exportHistory(
  read: ReadPage,
  filter: HistoryFilter,
  form: Form,
  maxRows = MAX_EXPORT_ROWS,
): Response {
  const pieces = piecesOf(read, filter, form, maxRows);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  const type = form === "csv" ? "text/csv; charset=utf-8" : "application/json";
  return new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="canvuslocallm-history.${form}"`,
    },
  });
}

async function* piecesOf(
  read: ReadPage,
  filter: HistoryFilter,
  form: Form,
  maxRows: number,
): AsyncGenerator<string, void, undefined> {
  // The byte order mark tells Excel that it is UTF-8.
  yield form === "csv" ? `\ufeff${COLUMNS.join(",")}\r\n` : '{"rows":[';
  let before: number | undefined;
  let count = 0;
  let next: number | null = null;
  do {
    const page = await read({ ...filter, ...(before === undefined ? {} : { before }) });
    const rows = page.rows.slice(0, maxRows - count);
    if (rows.length > 0) yield form === "csv" ? rows.map(csvLine).join("") : jsonRows(rows, count === 0);
    count += rows.length;
    next = rows.length < page.rows.length ? 0 : page.next;
    before = next ?? undefined;
  } while (next !== null && count < maxRows);
  if (form === "json") yield `],"complete":${next === null}}\n`;
}

function jsonRows(rows: readonly HistoryRow[], isFirst: boolean): string {
  const texts = rows.map((row) =>
    JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [column, row[column]]))),
  );
  return `${isFirst ? "\n" : ",\n"}${texts.join(",\n")}`;
}

function csvLine(row: HistoryRow): string {
  return `${COLUMNS.map((column) => csvCell(row[column])).join(",")}\r\n`;
}

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe: prompts come from anybody. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
