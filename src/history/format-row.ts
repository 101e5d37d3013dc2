import { ERRORS, isErrorCode } from "../errors/registry.ts";
import type { Paint } from "../paint.ts";
import type { HistoryRow } from "../storage/schema.ts";

/** What a line of the history shows. */
export type ShownRow = Pick<
  HistoryRow,
  "correlation_id" | "status" | "prompt" | "duration_ms" | "created_at" | "error_code" | "error_message"
>;

const STYLES = {
  succeeded: "green",
  failed: "red",
  cancelled: "yellow",
  pending: "dim",
  running: "dim",
} as const;
const WIDTHS = { time: 19, id: 12, status: 9, took: 7 } as const;
const PROMPT_COLUMN = WIDTHS.time + WIDTHS.id + WIDTHS.status + WIDTHS.took + 8;
const NARROWEST_PROMPT = 20;

export function headLine(): string {
  return `${row("TIME (UTC)", "ID", "STATUS", "TOOK", "PROMPT").trimEnd()}\n`;
}

/** One line for a prompt; a failed one has a second with what happened and what to do. */
export function rowLines(shown: ShownRow, width: number, paint: Paint): string {
  const { status, duration_ms, correlation_id, error_code, error_message } = shown;
  const time = shown.created_at.slice(0, WIDTHS.time).replace("T", " ");
  const took = duration_ms === null ? "" : seconds(duration_ms);
  const prompt = clip(oneLine(shown.prompt), Math.max(NARROWEST_PROMPT, width - PROMPT_COLUMN));
  const line = row(time, correlation_id, status, took, prompt).replace(status, paint(STYLES[status], status));
  if (error_code === null) return `${line}\n`;
  const advice = isErrorCode(error_code) ? `    → ${ERRORS[error_code].hint}\n` : "";
  return `${line}\n${paint("dim", `    ${error_code}: ${oneLine(error_message ?? "")}`)}\n${advice}`;
}

function row(time: string, id: string, status: string, took: string, prompt: string): string {
  const cells = [
    time.padEnd(WIDTHS.time),
    id.padEnd(WIDTHS.id),
    status.padEnd(WIDTHS.status),
    took.padStart(WIDTHS.took),
    prompt,
  ];
  return cells.join("  ");
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}

/** Prompts come from anybody who can write on a canvas: nothing in them may steer the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}

function clip(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
