import { type EnvFile, type EnvFilePlaces, readEnvFile } from "./env-file.ts";
import type { InstalledService } from "./installed-service.ts";
import { judgeEnvironmentName, judgeFileName, type NameKind, namesOf } from "./known-names.ts";
import { expandPath, parseValue } from "./parse-value.ts";
import { type ConfigProblem, type Origin, quoteValue } from "./problem.ts";
import type { RuleInput } from "./rule-input.ts";
import { checkRules } from "./rules.ts";
import { type Config, SETTING_NAMES, type SettingName, settingOf } from "./schema.ts";
import type { Setting, SettingValue } from "./setting.ts";

export interface ConfigSources {
  /** The process environment; it wins over the file. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly envFile: EnvFilePlaces;
  /** Where relative paths of the environment start. */
  readonly workingDirectory: string;
  /** When the file is that of one of them, what that service has in its environment counts as well. */
  readonly services?: readonly InstalledService[];
}

export interface ResolvedSetting extends RuleInput {
  readonly name: SettingName;
}

export interface LoadedConfig {
  /** Present exactly when there are no problems. */
  readonly config: Config | undefined;
  /** Every setting in the order of the schema, also when some are wrong. */
  readonly settings: readonly ResolvedSetting[];
  readonly problems: readonly ConfigProblem[];
  /** Worth telling, no reason to stop. */
  readonly warnings: readonly ConfigProblem[];
  /** The .env file that was read. */
  readonly envFile: string | undefined;
  /** Why the one that is meant could not be read; it is among the problems as well. */
  readonly unread: string | undefined;
}

/** Where texts of settings stand. */
interface Texts {
  readonly sources: ConfigSources;
  readonly file: EnvFile | undefined;
  /** The environment of the installed service whose file it is. */
  readonly service: InstalledService["environment"];
}

interface Given {
  readonly text: string;
  readonly origin: Origin;
  readonly baseDirectory: string;
}

/** Reads all sources and checks everything, so that all problems are known at once. Throws nothing. */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  const found = await readEnvFile(sources.envFile);
  const file = found !== undefined && "entries" in found ? found : undefined;
  if (file) reportFile(file, problems, warnings);
  for (const name of Object.keys(sources.environment)) {
    const origin: Origin = { kind: "environment", name };
    // Windows does not tell upper from lower case in names.
    const judged = judgeEnvironmentName(process.platform === "win32" ? name.toUpperCase() : name);
    reportName(name, judged, origin, problems, warnings);
  }

  const service = sources.services?.find(({ settingsFile }) => settingsFile === file?.path);
  const texts = { sources, file, service: service?.environment ?? {} };
  const settings = SETTING_NAMES.map((name) => resolveSetting(name, texts, problems));
  const byName = new Map(settings.map((setting) => [setting.name, setting]));
  problems.push(...checkRules(byName));
  if (found !== undefined && "failure" in found) {
    // Without its file everything else is missing too; only what is wrong by itself is worth saying.
    const others = problems.filter((problem) => problem.origin !== undefined);
    problems.splice(0, problems.length, { subject: found.path, message: found.failure }, ...others);
  }
  const config = problems.length === 0 ? toConfig(settings) : undefined;
  const unread = found !== undefined && "failure" in found ? `${found.path} ${found.failure}` : undefined;
  return { config, settings, problems, warnings, envFile: file?.path, unread };
}

function resolveSetting(name: SettingName, texts: Texts, problems: ConfigProblem[]): ResolvedSetting {
  const setting = settingOf(name);
  const given = findGiven(name, texts);
  const [first] = given;
  if (first === undefined) {
    const value = defaultOf(setting, texts.sources.workingDirectory);
    if (value === undefined && setting.required) {
      problems.push({
        subject: name,
        message: `is not set; want ${setting.example ? `a value such as ${setting.example}` : "a value"}`,
      });
    }
    return { name, value, origin: { kind: "default" }, invalid: false };
  }
  const values: SettingValue[] = [];
  let invalid = false;
  for (const entry of setting.type === "list" ? given : [first]) {
    const wrong = checkText(setting, entry.text);
    const parsed = wrong ?? parseValue(name, setting, entry.text.trim(), entry);
    if (parsed.ok) {
      values.push(parsed.value);
      continue;
    }
    invalid = true;
    const got = quoteValue(entry.text, setting.secret === true);
    problems.push({
      subject: entry.origin.kind === "default" ? name : entry.origin.name,
      origin: entry.origin,
      message: `is ${got}, want ${parsed.wanted}`,
    });
  }
  const value = setting.type === "list" ? [...new Set(values.flat().map(String))] : values[0];
  return { name, value: invalid ? undefined : value, origin: first.origin, invalid };
}

/** The texts given for a setting under any of its names, from the strongest source that has one. */
function findGiven(name: SettingName, { sources, file, service }: Texts): Given[] {
  const fromEnvironment = namesOf(name).flatMap((any): Given[] => {
    const text = sources.environment[any];
    if (text === undefined || text.trim() === "") return [];
    return [{ text, origin: { kind: "environment", name: any }, baseDirectory: sources.workingDirectory }];
  });
  if (fromEnvironment.length > 0 || file === undefined) return fromEnvironment;
  const text = service[name];
  if (text !== undefined) return [{ text, origin: { kind: "service", name }, baseDirectory: file.directory }];
  return namesOf(name).flatMap((any): Given[] => {
    const entry = file.entries.find((candidate) => candidate.name === any);
    if (entry === undefined || entry.value.trim() === "") return [];
    const origin: Origin = { kind: "file", name: any, path: file.path, line: entry.line };
    return [{ text: entry.value, origin, baseDirectory: file.directory }];
  });
}

/** Quotes and blanks that some shells and container tools hand on as part of the value. */
function checkText(
  setting: Setting,
  text: string,
): { readonly ok: false; readonly wanted: string } | undefined {
  if (/^\s*(["'])[\s\S]*\1\s*$/.test(text)) return { ok: false, wanted: "it without the quotes around it" };
  if (setting.secret && text !== text.trim())
    return { ok: false, wanted: "it without blanks before and after" };
  return undefined;
}

function defaultOf(setting: Setting, workingDirectory: string): SettingValue | undefined {
  if (setting.type === "list") return [];
  if (setting.type !== "path") return setting.default;
  const path = (process.platform === "win32" ? setting.windowsDefault : undefined) ?? setting.default;
  return path === undefined ? undefined : expandPath(path, workingDirectory);
}

function reportFile(file: EnvFile, problems: ConfigProblem[], warnings: ConfigProblem[]): void {
  for (const { line, message } of file.mistakes) {
    problems.push({ subject: `${file.path}:${line}`, message });
  }
  for (const { name, line } of file.entries) {
    reportName(name, judgeFileName(name), { kind: "file", name, path: file.path, line }, problems, warnings);
  }
}

function reportName(
  name: string,
  judged: NameKind,
  origin: Origin,
  problems: ConfigProblem[],
  warnings: ConfigProblem[],
): void {
  if (judged.kind === "setting") return;
  if (judged.kind === "unused") {
    warnings.push({ subject: name, origin, message: "is not used by this version" });
    return;
  }
  if (judged.kind === "foreign") {
    // A foreign name in the environment is everyday; in our own file it is at least a misunderstanding.
    if (origin.kind === "file")
      warnings.push({ subject: name, origin, message: "is not a setting; ignored" });
    return;
  }
  const suggestion = judged.suggestion ? `; did you mean ${judged.suggestion}?` : "";
  const target = judged.certain ? problems : warnings;
  target.push({ subject: name, origin, message: `is not a setting${suggestion}` });
}

function toConfig(settings: readonly ResolvedSetting[]): Config {
  const values: Record<string, SettingValue | undefined> = {};
  for (const { name, value } of settings) values[name] = value;
  // Sound because every setting was parsed by its own type and a missing required one is a problem.
  return values as Config;
}
