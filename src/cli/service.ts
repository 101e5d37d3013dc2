import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { systemService, userService } from "../config/installed-service.ts";
import { AppError } from "../errors/app-error.ts";
import { runCommand } from "../service/registration/run-command.ts";
import type { ServiceManager } from "../service/registration/service-manager.ts";
import { SystemdManager } from "../service/registration/systemd-manager.ts";
import { WinswManager } from "../service/registration/winsw-manager.ts";

/**
 * The manager of services on this system.
 * @throws AppError SERVICE_SETUP_FAILED when there is none that we know.
 */
export function serviceManager(forUser: boolean): ServiceManager {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const executable = process.execPath;
  if (process.platform === "win32") {
    if (forUser)
      throw new AppError("SERVICE_SETUP_FAILED", "Windows knows only services of the whole system.");
    const programFolder = dirname(executable);
    const dataFolder = dirname(systemService().settingsFile);
    return new WinswManager({ executable, programFolder, dataFolder, run: runCommand, print });
  }
  const configuration = process.env.XDG_CONFIG_HOME ?? join(homedir(), ".config");
  return new SystemdManager({
    executable,
    forUser,
    isRoot: process.getuid?.() === 0,
    isBooted: existsSync("/run/systemd/system"),
    unitFolder: forUser ? join(configuration, "systemd/user") : "/etc/systemd/system",
    packagedUnits: forUser ? [] : ["/lib/systemd/system/canvuslocallm.service"],
    settingsFolder: dirname((forUser ? userService() : systemService()).settingsFile),
    run: runCommand,
    print,
  });
}
