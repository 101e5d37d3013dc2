import { stat } from "node:fs/promises";
import type { LoadedConfig } from "../../config/load.ts";
import { formatProblem } from "../../config/problem.ts";
import { settingOf } from "../../config/schema.ts";
import { type Check, type CheckResult, ok, warn } from "../check.ts";

/** Of a file that everybody may read or write. */
const EVERYBODY = 0o007;

/** All settings, as the service itself reads them. */
export const configuration: Check = {
  name: "configuration",
  title: "Configuration",
  async run({ loaded }) {
    const { problems, warnings, envFile } = loaded;
    const source = envFile === undefined ? "the environment alone, no .env file was read" : envFile;
    const said = [...problems, ...warnings].map((problem) => `- ${formatProblem(problem)}`).join("\n");
    if (problems.length > 0) {
      return {
        status: "fail",
        message: `${problems.length === 1 ? "a setting is" : `${problems.length} settings are`} missing or wrong:\n${said}`,
        advice: `Settings were read from ${source}. \`canvuslocallm config\` shows every value and where it comes from; correct it there.`,
        code: "CONFIG_INVALID",
      };
    }
    if (warnings.length === 0) return (await openSecrets(loaded)) ?? ok(`read from ${source}`);
    return {
      status: "warn",
      message: `some settings are not used:\n${said}`,
      advice: "Take out or rename what is not used.",
    };
  },
};

/** @returns nothing when there is nothing to say: no file, no secrets in it, or nobody else may look. */
async function openSecrets({ envFile, settings }: LoadedConfig): Promise<CheckResult | null> {
  const holdsSecrets = settings.some(({ name, origin }) => settingOf(name).secret && origin.kind === "file");
  if (envFile === undefined || !holdsSecrets || process.platform === "win32") return null;
  const { mode } = await stat(envFile);
  if ((mode & EVERYBODY) === 0) return null;
  return warn(
    `${envFile} holds secrets and is open to every user of this machine (mode ${(mode & 0o777).toString(8)})`,
    `chmod o= "${envFile}"`,
  );
}
