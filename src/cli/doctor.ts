import { buildInfo } from "../build-info.ts";
import { allChecks } from "../doctor/all-checks.ts";
import { createDoctorContext } from "../doctor/context.ts";
import { reportLines, reportsAsJson, summarize, summaryLine } from "../doctor/report.ts";
import { runChecks } from "../doctor/run-checks.ts";
import { createRedactor } from "../observability/redaction.ts";
import { paintFor } from "../paint.ts";
import { plainText } from "../plain-text.ts";
import { loadSettings } from "./load-settings.ts";
import { configuredSecrets } from "./secrets.ts";

/** A check that takes longer is named while it runs. */
const PROGRESS_AFTER_MS = 1000;

export interface DoctorOptions {
  readonly envFile: string | undefined;
  readonly json: boolean;
  readonly deep: boolean;
}

/** `canvuslocallm doctor`. @returns the exit code: 1 when something is broken, 0 with warnings too. */
export async function runDoctor({ envFile, json, deep }: DoctorOptions): Promise<number> {
  const loaded = await loadSettings(envFile);
  const redactor = createRedactor(configuredSecrets(loaded));
  const context = createDoctorContext(loaded);
  const progress = createProgress();
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  if (!json) process.stdout.write(`canvuslocallm ${buildInfo.version} (${buildInfo.commit})\n\n`);
  const reports = await runChecks(allChecks(context, deep), context, {
    redact: (text) => redactor.text(text),
    onWait: ({ title }) => progress.show(title),
    onReport: (report) => {
      progress.clear();
      if (!json) process.stdout.write(reportLines(report, width, paintFor(process.stdout)));
    },
  });
  const summary = summarize(reports);
  process.stdout.write(
    json ? `${plainText(JSON.stringify(reportsAsJson(reports), null, 2))}\n` : `\n${summaryLine(summary)}`,
  );
  return summary.fail === 0 ? 0 : 1;
}

/** On stderr and in a terminal only, so that neither files nor pipes get it. */
function createProgress() {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isShown = false;
  const clear = () => {
    clearTimeout(timer);
    if (isShown) process.stderr.write("\r\x1b[K");
    isShown = false;
  };
  const show = (title: string) => {
    clear();
    if (!process.stderr.isTTY) return;
    timer = setTimeout(() => {
      isShown = true;
      process.stderr.write(`  …     ${title}`);
    }, PROGRESS_AFTER_MS);
  };
  return { show, clear };
}
