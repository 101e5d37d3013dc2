import { App } from "../app.ts";
import { buildInfo } from "../build-info.ts";
import { formatProblem } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { createLogger } from "../observability/create-logger.ts";
import type { Logger } from "../observability/logger.ts";
import { runUntilStopped } from "../service/run-until-stopped.ts";
import { describeProblems, loadSettings } from "./load-settings.ts";

/** `canvuslocallm run`. @returns the exit code. */
export async function runService(envFile: string | undefined): Promise<number> {
  const loaded = await loadSettings(envFile);
  if (loaded.config === undefined) {
    process.stderr.write(describeProblems(loaded));
    return 1;
  }
  const logger = serviceLogger(loaded.config);
  logger.info(`canvuslocallm ${buildInfo.version} starts`, { settings_file: loaded.envFile });
  for (const warning of loaded.warnings) logger.warn(formatProblem(warning));
  return runUntilStopped(new App(loaded.config, logger), logger);
}

export function serviceLogger(config: Config): Logger {
  const secrets = [config.CANVUS_API_KEY, config.CANVUS_PASSWORD, config.WEBUI_PWD];
  return createLogger({
    level: config.CANVUSLLM_LOG_LEVEL,
    format: config.CANVUSLLM_LOG_FORMAT,
    secrets: secrets.filter((secret) => secret !== undefined),
  }).child({ source: "service" });
}
