import { formatProblem } from "../../config/problem.ts";
import { type Check, ok } from "../check.ts";

/** All settings, as the service itself reads them. */
export const configuration: Check = {
  name: "configuration",
  title: "Configuration",
  async run({ loaded: { problems, warnings, envFile } }) {
    const source = envFile === undefined ? "the environment alone, no .env file was read" : envFile;
    const said = [...problems, ...warnings].map((problem) => `- ${formatProblem(problem)}`).join("\n");
    if (problems.length > 0) {
      return {
        status: "fail",
        message: `${problems.length === 1 ? "a setting is" : `${problems.length} settings are`} wrong:\n${said}`,
        advice: "`canvuslocallm config` shows every value and where it comes from; correct it there.",
        code: "CONFIG_INVALID",
      };
    }
    if (warnings.length === 0) return ok(`read from ${source}`);
    return {
      status: "warn",
      message: `some settings are not used:\n${said}`,
      advice: "Take out or rename what is not used.",
    };
  },
};
