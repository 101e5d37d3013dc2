import type { ErrorCode } from "../errors/registry.ts";
import type { DoctorContext } from "./context.ts";

export type CheckStatus = "ok" | "warn" | "fail";

export interface CheckResult {
  readonly status: CheckStatus;
  /** What was found, one sentence or fact. Secrets in it are blacked out before it is shown. */
  readonly message: string;
  /** What to do. */
  readonly advice?: string;
  /** The error that the service itself would report. */
  readonly code?: ErrorCode;
  /** What has to be mended before this can be looked at: the title of another check, or the setting. */
  readonly blockedBy?: string;
}

/** One thing that support looks at. */
export interface Check {
  /** Stable name for programs. */
  readonly name: string;
  /** For people, at most 18 characters. */
  readonly title: string;
  /** Names of checks whose failure makes this one meaningless. */
  readonly needs?: readonly string[];
  /** Longest time it may take in ms. Defaults to 10 s. */
  readonly timeoutMs?: number;
  /** Runs when all others have ended, because it keeps the thread busy and would make their times wrong. */
  readonly last?: true;
  /** May throw: an AppError becomes a failure with its message and hint. */
  run(context: DoctorContext, signal: AbortSignal): Promise<CheckResult>;
}

export function ok(message: string): CheckResult {
  return { status: "ok", message };
}

export function warn(message: string, advice: string): CheckResult {
  return { status: "warn", message, advice };
}

export function fail(message: string, advice: string): CheckResult {
  return { status: "fail", message, advice };
}

/** @param blockedBy what has to be mended first; that is a line of its own already */
export function notChecked(blockedBy: string): CheckResult {
  return { status: "warn", message: `not checked until "${blockedBy}" is mended`, blockedBy };
}
