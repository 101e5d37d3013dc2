import { basename } from "node:path";
import { groupSettings } from "../config/documentation.ts";
import { formatValue } from "../config/format-value.ts";
import type { LoadedConfig, ResolvedSetting } from "../config/load.ts";
import { type ConfigProblem, describeOrigin, formatProblem, MASK } from "../config/problem.ts";
import { settingOf } from "../config/schema.ts";
import { loadSettings } from "./load-settings.ts";

const DEMO_MODEL_NOTE = "The built-in demo model knows a few facts only; it is there for trying out.";

/** `canvuslocallm config`. @returns the exit code: 1 when the service could not start. */
export async function showConfig(options: { envFile: string | undefined; json: boolean }): Promise<number> {
  const loaded = await loadSettings(options.envFile);
  process.stdout.write(
    options.json ? `${JSON.stringify(configAsJson(loaded), null, 2)}\n` : configAsText(loaded),
  );
  return loaded.problems.length === 0 ? 0 : 1;
}

/** For programs: values as the service uses them (ms, bytes), secrets masked, `null` where nothing is set. */
export function configAsJson({ settings, problems, warnings, envFile }: LoadedConfig) {
  const asJson = ({ subject, origin, message }: ConfigProblem) => ({
    subject,
    origin: origin === undefined ? null : describeOrigin(origin),
    message,
  });
  const entries = settings.map(({ name, value, origin }) => [
    name,
    { value: shownValue(name, value), origin: describeOrigin(origin) },
  ]);
  return {
    valid: problems.length === 0,
    env_file: envFile ?? null,
    demo_model: usesDemoModel(settings),
    settings: Object.fromEntries(entries),
    problems: problems.map(asJson),
    warnings: warnings.map(asJson),
  };
}

/** For people, 80 columns wide as far as the values allow. */
export function configAsText({ settings, problems, warnings, envFile }: LoadedConfig): string {
  const byName = new Map(settings.map((setting) => [setting.name, setting]));
  const lines = [
    envFile === undefined
      ? "No .env file was read; only the environment counts."
      : `Settings file: ${envFile}`,
  ];
  for (const [group, names] of groupSettings()) {
    lines.push("", group);
    for (const name of names) {
      const setting = byName.get(name);
      if (setting) lines.push(settingLine(setting, envFile));
    }
  }
  if (usesDemoModel(settings)) lines.push("", DEMO_MODEL_NOTE);
  lines.push(...problemLines("Warnings", warnings));
  lines.push(...problemLines("The service cannot start with these settings", problems));
  return `${lines.join("\n")}\n`;
}

function settingLine(setting: ResolvedSetting, envFile: string | undefined): string {
  const value = setting.invalid ? "(wrong)" : formatValue(settingOf(setting.name), setting.value);
  if (value === "") return `  ${setting.name.padEnd(30)} -`;
  const { origin } = setting;
  const inFile = origin.kind === "file" && origin.path === envFile;
  return `  ${setting.name.padEnd(30)} ${value.padEnd(33)} ${inFile ? `${basename(envFile)}:${origin.line}` : describeOrigin(origin)}`;
}

function problemLines(title: string, problems: readonly ConfigProblem[]): string[] {
  if (problems.length === 0) return [];
  return ["", `${title}:`, ...problems.map((problem) => `  - ${formatProblem(problem)}`)];
}

function shownValue(name: ResolvedSetting["name"], value: ResolvedSetting["value"]) {
  if (value === undefined) return null;
  return settingOf(name).secret ? MASK : value;
}

function usesDemoModel(settings: readonly ResolvedSetting[]): boolean {
  return settings.some(({ name, value }) => name === "LLAMA_MODEL_PATH" && value === "builtin:demo");
}
