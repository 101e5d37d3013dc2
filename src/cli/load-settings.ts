import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildInfo } from "../build-info.ts";
import { type InstalledService, installedServices } from "../config/installed-service.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problem.ts";
import { processSources } from "../config/process-sources.ts";
import { exportProxies } from "../config/proxy-environment.ts";
import { settingValues } from "../config/setting-values.ts";

/**
 * Loads the settings for a command that looks at the service or prepares something for it: without any of its own, those
 * of the service that is installed here. @param envFile from `--env-file`.
 */
export function loadSettings(envFile: string | undefined): Promise<LoadedConfig> {
  return load(envFile, installedServices());
}

/** Loads the settings of the service that this process is. An installed one beside it is another one. */
export function loadOwnSettings(envFile: string | undefined): Promise<LoadedConfig> {
  return load(envFile, []);
}

/** Has the requests of this process take the proxies among the settings. */
async function load(
  envFile: string | undefined,
  services: readonly InstalledService[],
): Promise<LoadedConfig> {
  // Run from the sources, the executable is Bun; then the checkout takes the place of the executable's folder.
  const fromSources = buildInfo.commit === "source";
  const directory = fromSources ? join(import.meta.dir, "../..") : dirname(process.execPath);
  const loaded = await loadConfig(processSources(directory, envFile, services));
  exportProxies(settingValues(loaded), process.env);
  return loaded;
}

/** What a person reads when the service cannot start: all problems at once, and where settings come from. */
export function describeProblems({ problems, envFile }: LoadedConfig): string {
  const count = problems.length === 1 ? "a setting is wrong" : `${problems.length} settings are wrong`;
  const places =
    envFile === undefined ? "the environment (no .env file was read)" : `the environment and ${envFile}`;
  const installed = installedServices().find(({ settingsFile }) => existsSync(settingsFile));
  return [
    `canvuslocallm: cannot start, ${count}:`,
    ...problems.map((problem) => `  - ${formatProblem(problem)}`),
    `Settings come from ${places}. \`canvuslocallm config\` shows them all.`,
    ...(envFile === undefined && installed
      ? [
          `The service installed here has its own (${installed.settingsFile}); \`canvuslocallm service start\` starts it.`,
        ]
      : []),
    "",
  ].join("\n");
}
