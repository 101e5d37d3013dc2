import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildInfo } from "../build-info.ts";
import { type InstalledService, installedServices } from "../config/installed-service.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problem.ts";
import { processSources } from "../config/process-sources.ts";
import { exportProxies } from "../config/proxy-environment.ts";
import { settingValues } from "../config/setting-values.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Loads the settings for a command that looks at the service or prepares something for it: without any of its own, those
 * of the service that is installed here. @param envFile from `--env-file`.
 */
export function loadSettings(envFile: string | undefined): Promise<LoadedConfig> {
  return load(envFile, installedServices());
}

/**
 * The same for a command that works on data of the service: without the settings that are meant it would be other data.
 * @throws UsageError when their file cannot be read
 */
export async function loadReadableSettings(envFile: string | undefined): Promise<LoadedConfig> {
  const loaded = await loadSettings(envFile);
  if (loaded.unread !== undefined) throw new UsageError(loaded.unread);
  return loaded;
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
  const loaded = await loadConfig(processSources(executableFolder(), envFile, services));
  exportProxies(settingValues(loaded), process.env);
  return loaded;
}

/** Run from the sources, the executable is Bun; then the checkout takes the place of the executable's folder. */
function executableFolder(): string {
  return buildInfo.commit === "source" ? join(import.meta.dir, "../..") : dirname(process.execPath);
}

/** What a person reads when the service cannot start: all problems at once, and where settings come from. */
export function describeProblems({ problems, envFile }: LoadedConfig): string {
  const what =
    problems.length === 1
      ? "a setting is missing or wrong"
      : `${problems.length} settings are missing or wrong`;
  return [
    `canvuslocallm: cannot start, ${what}:`,
    ...problems.map((problem) => `  - ${formatProblem(problem)}`),
    ...(envFile === undefined ? placesOfSettings() : [`Settings come from the environment and ${envFile}.`]),
    "`canvuslocallm config` shows them all; `canvuslocallm demo` tries it out without any.",
    "",
  ].join("\n");
}

function placesOfSettings(): string[] {
  const file = join(executableFolder(), ".env");
  const lines = [
    `Settings come from the environment and a .env file (none was read): ${file}, or the one that --env-file names.`,
  ];
  const installed = installedServices().find(({ settingsFile }) => existsSync(settingsFile));
  if (installed) {
    lines.push(
      `The service of this machine has its own, ${installed.settingsFile}; \`canvuslocallm service start\` starts it.`,
    );
  }
  return lines;
}
