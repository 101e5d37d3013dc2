import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { ERRORS, isErrorCode } from "../errors/registry.ts";
import { Follower } from "../history/follow.ts";
import { headLine, rowLines } from "../history/format-row.ts";
import { paintFor } from "../paint.ts";
import { plainText } from "../plain-text.ts";
import { createQueries, type Queries } from "../storage/queries/queries.ts";
import { readDatabase } from "../storage/read-database.ts";
import type { HistoryRow } from "../storage/schema.ts";
import { describeFailure } from "./describe-failure.ts";
import { loadReadableSettings } from "./load-settings.ts";
import { waitForSignal } from "./wait-for-signal.ts";

/** Looking whether the database has changed costs some microseconds. */
const POLL_MS = 500;
const FOLLOW_PAGE = 20;
const NARROW_TERMINAL = 80;

export interface HistoryOptions {
  readonly envFile: string | undefined;
  readonly status: HistoryRow["status"] | undefined;
  readonly canvas: string | undefined;
  /** Only prompts of the last so many ms. */
  readonly sinceMs: number | undefined;
  readonly limit: number;
  readonly json: boolean;
  readonly follow: boolean;
}

/**
 * `canvuslocallm history`. @returns the exit code.
 * @throws AppError CONFIG_INVALID, STORAGE_UNAVAILABLE
 */
export async function showHistory(options: HistoryOptions): Promise<number> {
  const loaded = await loadReadableSettings(options.envFile);
  const folder = loaded.settings.find(({ name }) => name === "CANVUSLLM_DATA_DIR")?.value;
  if (typeof folder !== "string") throw new AppError("CONFIG_INVALID", "CANVUSLLM_DATA_DIR is wrong.");
  const file = join(folder, "data.db");
  const { rows, follower } = readDatabase(file, (database) => {
    const queries = createQueries(database);
    const newest = newestId(database);
    const open = options.follow ? readOpenRows(queries, options.canvas) : [];
    return { rows: readRows(queries, options), follower: new Follower(options.status, open, newest) };
  });
  if (!options.json && (rows.length > 0 || options.follow)) process.stdout.write(headLine());
  for (const row of rows) print(row, options.json);
  if (options.follow) return follow(file, options, follower);
  if (rows.length === 0 && !options.json) process.stderr.write(nothingFound(options));
  return 0;
}

function nothingFound({ status, canvas, sinceMs }: HistoryOptions): string {
  const isFiltered = status !== undefined || canvas !== undefined || sinceMs !== undefined;
  return isFiltered
    ? "No prompt in the history matches; without --status, --canvas and --since all are listed.\n"
    : "Nobody has asked anything yet: write {{a question}} in a note on one of the canvases.\n";
}

/** The latest rows that match, oldest first. */
function readRows(queries: Queries, { status, canvas, sinceMs, limit }: HistoryOptions): HistoryRow[] {
  const from = sinceMs === undefined ? undefined : new Date(Date.now() - sinceMs).toISOString();
  const filter = { ...(status && { status }), ...(canvas && { canvasId: canvas }), ...(from && { from }) };
  const found: HistoryRow[] = [];
  let before: number | undefined;
  while (found.length < limit) {
    const page = queries.historyExport({
      ...filter,
      limit: limit - found.length,
      ...(before !== undefined && { before }),
    });
    found.push(...page.rows);
    if (page.next === null) break;
    before = page.next;
  }
  return found.reverse();
}

function readOpenRows(queries: Queries, canvasId: string | undefined): HistoryRow[] {
  const filter = canvasId === undefined ? {} : { canvasId };
  return (["pending", "running"] as const).flatMap(
    (status) => queries.historyExport({ ...filter, status }).rows,
  );
}

/** @returns the exit code that shells expect after the signal that ended it */
async function follow(file: string, options: HistoryOptions, follower: Follower): Promise<number> {
  let stamp = changeStamp(file);
  const timer = setInterval(() => {
    const now = changeStamp(file);
    if (now === stamp) return;
    stamp = now;
    try {
      const rows = readDatabase(file, (database) =>
        readSince(createQueries(database), options.canvas, follower.above),
      );
      for (const row of follower.take(rows)) print(row, options.json);
    } catch (error) {
      // The service may just be restoring or moving it; the next change is looked at again.
      process.stderr.write(describeFailure(error));
    }
  }, POLL_MS);
  const exitCode = await waitForSignal();
  clearInterval(timer);
  return exitCode;
}

/** Oldest first. */
function readSince(queries: Queries, canvas: string | undefined, above: number): HistoryRow[] {
  const rows: HistoryRow[] = [];
  let before: number | undefined;
  do {
    const page = queries.historyExport({
      limit: FOLLOW_PAGE,
      ...(canvas && { canvasId: canvas }),
      ...(before !== undefined && { before }),
    });
    rows.push(...page.rows.filter((row) => row.id > above));
    before = page.next ?? undefined;
  } while (before !== undefined && before > above + 1);
  return rows.reverse();
}

/** Tells whether anything was written: into the log of SQLite, or from there into the file. */
function changeStamp(file: string): string {
  return [file, `${file}-wal`]
    .map((path) => statSync(path, { throwIfNoEntry: false }))
    .map((info) => `${info?.mtimeMs} ${info?.size} ${info?.ino}`)
    .join(" ");
}

function print(row: HistoryRow, json: boolean): void {
  process.stdout.write(
    json ? `${plainText(JSON.stringify(withHint(row)))}\n` : rowLines(row, width(), paintFor(process.stdout)),
  );
}

function withHint(row: HistoryRow) {
  if (row.error_code === null || !isErrorCode(row.error_code)) return row;
  const { category, hint } = ERRORS[row.error_code];
  return { ...row, category, hint };
}

function width(): number {
  return process.stdout.isTTY ? process.stdout.columns : NARROW_TERMINAL;
}

function newestId(database: Database): number {
  const sql = "SELECT max(id) AS id FROM processing_history";
  return database.query<{ id: number | null }, []>(sql).get()?.id ?? 0;
}
