import type { ConfigSources } from "./load.ts";
import { expandPath } from "./parse-value.ts";
import { SETTINGS } from "./schema.ts";

/**
 * Where this process takes its settings from: its environment, and the file asked for, else a `.env` beside the
 * executable, else one in the data directory. Never one that happens to lie in the working directory.
 */
export function processSources(executableDirectory: string, requestedFile?: string): ConfigSources {
  const workingDirectory = process.cwd();
  const { default: usual, windowsDefault } = SETTINGS.CANVUSLLM_DATA_DIR;
  const given = process.env.CANVUSLLM_DATA_DIR?.trim();
  const dataDirectory = given || (process.platform === "win32" ? windowsDefault : usual);
  return {
    environment: process.env,
    envFile: {
      requested: requestedFile,
      directories: [executableDirectory, expandPath(dataDirectory, workingDirectory)],
    },
    workingDirectory,
  };
}
