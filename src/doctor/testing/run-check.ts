import { loadConfig } from "../../config/load.ts";
import type { Check, CheckResult } from "../check.ts";
import { createDoctorContext, type DoctorContext } from "../context.ts";

/** What the checks look at with these settings and no others. */
export async function contextOf(environment: Record<string, string>): Promise<DoctorContext> {
  const sources = { environment, envFile: { directories: [] }, workingDirectory: "/" };
  return createDoctorContext(await loadConfig(sources));
}

export async function runCheck(check: Check, settings: Record<string, string>): Promise<CheckResult> {
  return check.run(await contextOf(settings), new AbortController().signal);
}
