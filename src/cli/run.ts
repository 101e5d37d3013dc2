import { App } from "../app.ts";
import { buildInfo } from "../build-info.ts";
import { formatProblem } from "../config/problem.ts";
import { runUntilStopped } from "../service/run-until-stopped.ts";
import { describeProblems, loadOwnSettings } from "./load-settings.ts";
import { openServiceLog } from "./service-log.ts";
import { takePassword } from "./take-password.ts";

/** `canvuslocallm run`. @returns the exit code. */
export async function runService(envFile: string | undefined): Promise<number> {
  const loaded = await loadOwnSettings(envFile);
  if (loaded.config === undefined) {
    process.stderr.write(describeProblems(loaded));
    return 1;
  }
  const { config, password } = takePassword(loaded.config);
  const log = openServiceLog(config);
  try {
    const { logger } = log;
    const source = "cli/run.ts:runService";
    logger.info(`canvuslocallm ${buildInfo.version} starts`, { source, settings_file: loaded.envFile });
    for (const warning of loaded.warnings) logger.warn(formatProblem(warning), { source });
    return await runUntilStopped(new App(config, password, log), logger);
  } finally {
    await log.close();
  }
}
