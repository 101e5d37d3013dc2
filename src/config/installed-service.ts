import { homedir } from "node:os";
import { join } from "node:path";

/** A service that the system starts, as far as commands that look at it from outside must know it. */
export interface InstalledService {
  readonly settingsFile: string;
  /** What its unit, or the description of the Windows service, puts into its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The service of the whole system: the paths of the packages, and of `service install`. */
export function systemService(): InstalledService {
  if (process.platform === "win32") {
    const folder = join(process.env.ProgramData ?? "C:\\ProgramData", "CanvusLocalLLM");
    return { settingsFile: join(folder, "canvuslocallm.env"), environment: { CANVUSLLM_DATA_DIR: folder } };
  }
  return {
    settingsFile: "/etc/canvuslocallm/canvuslocallm.env",
    environment: {
      CANVUSLLM_DATA_DIR: "/var/lib/canvuslocallm",
      CANVUSLLM_LOG_DIR: "/var/log/canvuslocallm",
    },
  };
}

/** The service of one person, on Linux. */
export function userService(): InstalledService {
  const configuration = process.env.XDG_CONFIG_HOME ?? join(homedir(), ".config");
  return { settingsFile: join(configuration, "canvuslocallm/canvuslocallm.env"), environment: {} };
}

/** Those that may be installed here; the nearer one first. */
export function installedServices(): readonly InstalledService[] {
  return process.platform === "win32" ? [systemService()] : [userService(), systemService()];
}
