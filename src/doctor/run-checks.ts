import { toAppError } from "../errors/app-error.ts";
import { type Check, type CheckResult, notChecked } from "./check.ts";
import type { DoctorContext } from "./context.ts";

const CHECK_TIMEOUT_MS = 10_000;

export interface CheckReport extends CheckResult {
  readonly name: string;
  readonly title: string;
  readonly duration_ms: number;
}

export interface RunOptions {
  /** Leaves no secret in a text. */
  readonly redact: (text: string) => string;
  /** The check whose end is waited for, in the given order. */
  readonly onWait?: (check: Check) => void;
  /** Each result, in the given order. */
  readonly onReport?: (report: CheckReport) => void;
}

/**
 * Runs checks at the same time as far as they do not need each other; those marked `last` must stand at the end.
 * Throws nothing: what a check throws is its failure, and one that does not end in time is given up.
 */
export async function runChecks(
  checks: readonly Check[],
  context: DoctorContext,
  { redact, onWait, onReport }: RunOptions,
): Promise<CheckReport[]> {
  const running = new Map<string, Promise<CheckReport>>();
  const start = (check: Check) => {
    const needed = (check.needs ?? []).flatMap((name) => running.get(name) ?? []);
    const report = Promise.all(needed).then((before) => runOne(check, context, before, redact));
    running.set(check.name, report);
    return report;
  };
  for (const check of checks) if (!check.last) start(check);

  const reports: CheckReport[] = [];
  for (const check of checks) {
    onWait?.(check);
    const report = await (running.get(check.name) ?? start(check));
    onReport?.(report);
    reports.push(report);
  }
  return reports;
}

async function runOne(
  check: Check,
  context: DoctorContext,
  before: readonly CheckReport[],
  redact: (text: string) => string,
): Promise<CheckReport> {
  const began = performance.now();
  const blocker = before.find((report) => report.status === "fail" || report.blockedBy !== undefined);
  const result = blocker ? notChecked(blocker.blockedBy ?? blocker.title) : await bounded(check, context);
  return {
    name: check.name,
    title: check.title,
    ...result,
    message: redact(result.message),
    ...(result.advice === undefined ? {} : { advice: redact(result.advice) }),
    duration_ms: Math.round(performance.now() - began),
  };
}

async function bounded(check: Check, context: DoctorContext): Promise<CheckResult> {
  const timeoutMs = check.timeoutMs ?? CHECK_TIMEOUT_MS;
  const abort = new AbortController();
  const tooLate = Promise.withResolvers<CheckResult>();
  const timer = setTimeout(() => {
    abort.abort();
    tooLate.resolve({
      status: "fail",
      message: `no result within ${timeoutMs / 1000} s`,
      advice: "Whatever this looks at hangs or is overloaded. Run doctor again; if it stays, look there.",
    });
  }, timeoutMs);
  const result = check.run(context, abort.signal).catch((thrown): CheckResult => {
    const { code, message, hint } = toAppError(thrown);
    return { status: "fail", message, advice: hint, code };
  });
  return Promise.race([result, tooLate.promise]).finally(() => clearTimeout(timer));
}
