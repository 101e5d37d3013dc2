import { buildInfo } from "../build-info.ts";
import type { Paint } from "../paint.ts";
import { plainText } from "../plain-text.ts";
import type { CheckStatus } from "./check.ts";
import type { CheckReport } from "./run-checks.ts";

const STYLES = { ok: "green", warn: "yellow", fail: "red" } as const;
const TITLE_WIDTH = 18;
const INDENT = " ".repeat(2 + 4 + 2 + TITLE_WIDTH + 2);
/** Narrower terminals get broken lines rather than columns of single words. */
const NARROWEST = 40;

/**
 * One check for people: status, title, what was found and below it what to do.
 * @param width columns of the terminal; Infinity keeps every sentence on one line, so that `grep` finds it
 */
export function reportLines(report: CheckReport, width: number, paint: Paint): string {
  const room = Math.max(NARROWEST, width - INDENT.length);
  const status = paint(STYLES[report.status], report.status.padEnd(4));
  const [first = "", ...more] = wrapped(report.message, room);
  const lines = [`  ${status}  ${report.title.padEnd(TITLE_WIDTH)}  ${first}`];
  lines.push(...more.map((line) => INDENT + line));
  const [advice, ...moreAdvice] = report.advice === undefined ? [] : wrapped(report.advice, room - 2);
  if (advice !== undefined) lines.push(`${INDENT}→ ${advice}`);
  lines.push(...moreAdvice.map((line) => `${INDENT}  ${line}`));
  return `${lines.join("\n")}\n`;
}

export interface Summary {
  readonly ok: number;
  readonly warn: number;
  readonly fail: number;
}

export function summarize(reports: readonly CheckReport[]): Summary {
  const count = (status: CheckStatus) => reports.filter((report) => report.status === status).length;
  return { ok: count("ok"), warn: count("warn"), fail: count("fail") };
}

export function summaryLine(summary: Summary): string {
  const parts = [
    `${summary.ok} ok`,
    summary.warn === 1 ? "1 warning" : `${summary.warn} warnings`,
    summary.fail === 1 ? "1 failure" : `${summary.fail} failures`,
  ];
  return `${parts.join(", ")}.\n`;
}

/** For programs: every check with its name, status and what to do. */
export function reportsAsJson(reports: readonly CheckReport[]) {
  const summary = summarize(reports);
  return { version: buildInfo.version, healthy: summary.fail === 0, summary, checks: reports };
}

function wrapped(text: string, width: number): string[] {
  return Bun.wrapAnsi(plainText(text), width).split("\n");
}
