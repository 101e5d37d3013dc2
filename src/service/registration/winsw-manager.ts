import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import SETTINGS_EXAMPLE from "../../../.env.example" with { type: "text" };
import { AppError } from "../../errors/app-error.ts";
import { mustRun, type RunCommand } from "./run-command.ts";
import type { ServiceManager } from "./service-manager.ts";
import { winswXml } from "./winsw-xml.ts";

/** WinSW reads the description that has its own name and lies beside it. */
const WRAPPER = "canvuslocallm-service";
/** The same on Windows in every language. */
const LOCAL_SYSTEM = "S-1-5-18";
const ADMINISTRATORS = "S-1-5-32-544";
const SHOWN_LOG_LINES = "100";

export interface WinswManagerOptions {
  readonly executable: string;
  /** Where the executable and WinSW lie. */
  readonly programFolder: string;
  readonly dataFolder: string;
  readonly run: RunCommand;
  readonly print: (line: string) => void;
}

/**
 * Registers and drives the service on Windows. Bun cannot talk to the service manager, which wants a callback on a
 * thread of its own; WinSW does it, restarts after a crash and keeps what is written before our own log opens.
 */
export class WinswManager implements ServiceManager {
  readonly #options: WinswManagerOptions;
  readonly #wrapper: string;

  constructor(options: WinswManagerOptions) {
    this.#options = options;
    this.#wrapper = join(options.programFolder, `${WRAPPER}.exe`);
  }

  async install(): Promise<number> {
    const { executable, programFolder, dataFolder, print } = this.#options;
    await this.#requireWrapper();
    await mkdir(join(dataFolder, "logs"), { recursive: true });
    await this.#closeToOthers(dataFolder);
    const settings = join(dataFolder, "canvuslocallm.env");
    const isNew = await writeFile(settings, SETTINGS_EXAMPLE, { flag: "wx" }).then(
      () => true,
      () => false,
    );
    const description = join(programFolder, `${WRAPPER}.xml`);
    const isRegistered = existsSync(description);
    await writeFile(description, winswXml({ executable, dataFolder }));
    print(`Wrote ${description}.`);
    // WinSW reads the description at each start of the service; only the first time there is something to register.
    if (!isRegistered) await this.#register(description);
    print(
      isNew ? `Now fill in ${settings}, then: canvuslocallm service start` : `${settings} is kept as it is.`,
    );
    return 0;
  }

  /** Without the description of a service that could not be registered, the next attempt does not take it for done. */
  async #register(description: string): Promise<void> {
    try {
      await this.#winsw("install");
    } catch (error) {
      await rm(description, { force: true });
      throw error;
    }
  }

  /** Settings and database hold secrets: for the system, as which the service runs, and administrators only. */
  async #closeToOthers(folder: string): Promise<void> {
    const grants = [LOCAL_SYSTEM, ADMINISTRATORS].map((sid) => `*${sid}:(OI)(CI)F`);
    await mustRun(this.#options.run, ["icacls", folder, "/inheritance:r", "/grant:r", ...grants]);
  }

  async uninstall(): Promise<number> {
    await this.#requireWrapper();
    const { programFolder, run, print } = this.#options;
    await run([this.#wrapper, "stop"]);
    const exitCode = await run([this.#wrapper, "uninstall"]);
    if (exitCode !== 0) return exitCode;
    await rm(join(programFolder, `${WRAPPER}.xml`), { force: true });
    print("The service is removed. Settings, database and log files are kept.");
    return 0;
  }

  async start(): Promise<number> {
    await this.#winsw("start");
    return 0;
  }

  async stop(): Promise<number> {
    await this.#winsw("stop");
    return 0;
  }

  async restart(): Promise<number> {
    await this.#winsw("restart");
    return 0;
  }

  async status(): Promise<number> {
    await this.#requireWrapper();
    return this.#options.run([this.#wrapper, "status"]);
  }

  async logs(follow: boolean): Promise<number> {
    const file = join(this.#options.dataFolder, "logs", `${WRAPPER}.err.log`).replaceAll("'", "''");
    const tail = `Get-Content -LiteralPath '${file}' -Tail ${SHOWN_LOG_LINES}${follow ? " -Wait" : ""}`;
    return this.#options.run(["powershell", "-NoProfile", "-Command", tail]);
  }

  async #winsw(command: string): Promise<void> {
    await this.#requireWrapper();
    await mustRun(this.#options.run, [this.#wrapper, command]);
  }

  async #requireWrapper(): Promise<void> {
    if (existsSync(this.#wrapper)) return;
    throw new AppError("SERVICE_SETUP_FAILED", `${this.#wrapper} is missing; it comes with the program.`);
  }
}
