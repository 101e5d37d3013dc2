import { dirname, join } from "node:path";
import { buildInfo } from "../build-info.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problem.ts";
import { processSources } from "../config/process-sources.ts";
import { exportProxies } from "../config/proxy-environment.ts";
import { settingValues } from "../config/setting-values.ts";

/** Loads the settings of this process, and has its requests take the proxies among them. @param envFile from `--env-file`. */
export async function loadSettings(envFile: string | undefined): Promise<LoadedConfig> {
  // Run from the sources, the executable is Bun; then the checkout takes the place of the executable's folder.
  const fromSources = buildInfo.commit === "source";
  const directory = fromSources ? join(import.meta.dir, "../..") : dirname(process.execPath);
  const loaded = await loadConfig(processSources(directory, envFile));
  exportProxies(settingValues(loaded), process.env);
  return loaded;
}

/** What a person reads when the service cannot start: all problems at once, and where settings come from. */
export function describeProblems({ problems, envFile }: LoadedConfig): string {
  const count = problems.length === 1 ? "a setting is wrong" : `${problems.length} settings are wrong`;
  const places =
    envFile === undefined ? "the environment (no .env file was read)" : `the environment and ${envFile}`;
  return [
    `canvuslocallm: cannot start, ${count}:`,
    ...problems.map((problem) => `  - ${formatProblem(problem)}`),
    `Settings come from ${places}. \`canvuslocallm config\` shows them all.`,
    "",
  ].join("\n");
}
