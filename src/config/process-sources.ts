import type { InstalledService } from "./installed-service.ts";
import type { ConfigSources } from "./load.ts";
import { expandPath } from "./parse-value.ts";
import { SETTINGS } from "./schema.ts";

/**
 * Where this process takes its settings from: its environment, and the file asked for, else a `.env` beside the
 * executable, else one in the data directory. Never one that happens to lie in the working directory.
 *
 * @param services whose settings count when nothing else is set up: whoever runs `doctor` on a machine with an installed
 * service means that one
 */
export function processSources(
  executableDirectory: string,
  requestedFile: string | undefined,
  services: readonly InstalledService[],
): ConfigSources {
  const workingDirectory = process.cwd();
  const { default: usual, windowsDefault } = SETTINGS.CANVUSLLM_DATA_DIR;
  const given = process.env.CANVUSLLM_DATA_DIR?.trim();
  const isSetUp = given || process.env.CANVUS_SERVER?.trim();
  const dataDirectory = given || (process.platform === "win32" ? windowsDefault : usual);
  return {
    environment: process.env,
    envFile: {
      requested: requestedFile,
      directories: [executableDirectory, expandPath(dataDirectory, workingDirectory)],
      last: isSetUp ? [] : services.map(({ settingsFile }) => settingsFile),
    },
    services,
    workingDirectory,
  };
}
