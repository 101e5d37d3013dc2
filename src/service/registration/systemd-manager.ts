import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import SETTINGS_EXAMPLE from "../../../.env.example" with { type: "text" };
import { AppError } from "../../errors/app-error.ts";
import { mustRun, type RunCommand } from "./run-command.ts";
import type { ServiceManager } from "./service-manager.ts";
import { isOurUnit, systemdUnit } from "./systemd-unit.ts";

const NAME = "canvuslocallm";
const ACCOUNT = "canvuslocallm";
const DATA_FOLDER = "/var/lib/canvuslocallm";
const LOG_FOLDER = "/var/log/canvuslocallm";
const SHOWN_LOG_LINES = "100";
/** As the condition of the unit has it. */
const SERVER_IS_SET = /^\s*(export )?CANVUS_SERVER\s*=/m;
/** What ProtectHome= and PrivateTmp= hide from the service. */
const HIDDEN_FROM_SERVICE = /^\/(home|root|run\/user|tmp|var\/tmp)\//;

export interface SystemdManagerOptions {
  readonly executable: string;
  /** A service of this user instead of one of the whole system. */
  readonly forUser: boolean;
  readonly isRoot: boolean;
  /** Whether systemd runs this machine; in containers it often does not. */
  readonly isBooted: boolean;
  /** Units are written here: /etc/systemd/system, or systemd/user in the user's configuration. */
  readonly unitFolder: string;
  /** Where a package of the system would have put the unit, which is then not ours to write or remove. */
  readonly packagedUnits: readonly string[];
  /** The settings are written here. */
  readonly settingsFolder: string;
  readonly run: RunCommand;
  readonly print: (line: string) => void;
}

/** Registers and drives the service with systemd. Drop-ins and settings belong to the administrator: never touched. */
export class SystemdManager implements ServiceManager {
  readonly #options: SystemdManagerOptions;
  readonly #unitFile: string;
  readonly #settingsFile: string;

  constructor(options: SystemdManagerOptions) {
    this.#options = options;
    this.#unitFile = join(options.unitFolder, `${NAME}.service`);
    this.#settingsFile = join(options.settingsFolder, `${NAME}.env`);
  }

  async install(): Promise<number> {
    const { executable, forUser, print } = this.#options;
    await this.#requireAccess("install");
    await this.#requireNoPackage("remove that first, with `apt remove canvuslocallm`");
    if (!forUser && HIDDEN_FROM_SERVICE.test(executable)) {
      throw new AppError(
        "SERVICE_SETUP_FAILED",
        `The service may not read ${dirname(executable)}. Copy the folder elsewhere, for example to /opt/canvuslocallm, and install from there.`,
      );
    }
    await this.#requireOurUnit();
    if (!forUser) await this.#provideAccount();
    await this.#writeUnit();
    const isNew = await this.#provideSettings();
    await this.#systemctl("daemon-reload");
    await this.#systemctl("enable", NAME);
    if (isNew) print(`Now fill in ${this.#settingsFile}`);
    print(`Check it:  ${this.#doctorCommand}`);
    print(`Start it:  ${this.#serviceCommand("start")}`);
    if (forUser) print("It starts when you log in; `loginctl enable-linger` lets it start with the system.");
    return 0;
  }

  async uninstall(): Promise<number> {
    const { print } = this.#options;
    await this.#requireAccess("uninstall");
    await this.#requireNoPackage("removing the package removes the service");
    if (!existsSync(this.#unitFile)) {
      print("The service is not installed.");
      return 0;
    }
    await this.#requireOurUnit();
    await this.#systemctl("disable", "--now", NAME);
    await rm(this.#unitFile, { force: true });
    await this.#systemctl("daemon-reload");
    // Fails when it has not failed, which is well.
    await this.#options.run(this.#command("systemctl", "--quiet", "reset-failed", NAME), "hidden");
    print(`Removed ${this.#unitFile}. Settings (${this.#settingsFile}), database and log files are kept.`);
    return 0;
  }

  start(): Promise<number> {
    return this.#begin("start");
  }

  restart(): Promise<number> {
    return this.#begin("restart");
  }

  async #begin(command: "start" | "restart"): Promise<number> {
    await this.#requireAccess(command);
    await this.#requireInstalled();
    const { run, print, forUser } = this.#options;
    const exitCode = await run(this.#command("systemctl", command, NAME));
    // systemd calls it a success as well when the unit's condition keeps it from starting, or when it ends at once.
    if (exitCode === 0 && (await run(this.#command("systemctl", "is-active", "--quiet", NAME))) === 0) {
      print(`The service runs. What it does: ${this.#serviceCommand("status")}`);
      return 0;
    }
    const settings = await readFile(this.#settingsFile, "utf8").catch(() => "");
    if (!forUser && exitCode === 0 && !SERVER_IS_SET.test(settings)) {
      throw new AppError(
        "SERVICE_SETUP_FAILED",
        `The service was not started, because CANVUS_SERVER is not set. Fill in ${this.#settingsFile} first.`,
      );
    }
    print(
      `The service does not stay up.\nWhy:           ${this.#serviceCommand("logs")}\nWhat to mend:  ${this.#doctorCommand}`,
    );
    return exitCode === 0 ? 1 : exitCode;
  }

  async stop(): Promise<number> {
    await this.#requireAccess("stop");
    await this.#requireInstalled();
    const exitCode = await this.#options.run(this.#command("systemctl", "stop", NAME));
    if (exitCode === 0) this.#options.print("The service has stopped.");
    return exitCode;
  }

  async status(): Promise<number> {
    await this.#requireInstalled();
    return this.#options.run(this.#command("systemctl", "--no-pager", "status", NAME));
  }

  async logs(follow: boolean): Promise<number> {
    await this.#requireInstalled();
    const unit = this.#options.forUser ? ["--user-unit", NAME] : ["--unit", NAME];
    const output = ["--output", "cat", "--lines", SHOWN_LOG_LINES];
    return this.#options.run(["journalctl", ...unit, ...output, follow ? "--follow" : "--no-pager"]);
  }

  /** As people type it. */
  #serviceCommand(command: string): string {
    const { executable, forUser } = this.#options;
    return forUser ? `${executable} service ${command} --user` : `sudo ${executable} service ${command}`;
  }

  get #doctorCommand(): string {
    const { executable, forUser } = this.#options;
    return forUser ? `${executable} doctor` : `sudo -u ${ACCOUNT} ${executable} doctor`;
  }

  #command(program: string, ...args: readonly string[]): readonly string[] {
    return [program, ...(this.#options.forUser ? ["--user"] : []), ...args];
  }

  #systemctl(...args: readonly string[]): Promise<void> {
    return mustRun(this.#options.run, this.#command("systemctl", ...args));
  }

  /** Before anything is written: rights for the system's systemd, or a user's own one that runs. */
  async #requireAccess(command: string): Promise<void> {
    const { forUser, isRoot, isBooted, executable, run } = this.#options;
    if (forUser) {
      const exitCode = await run(this.#command("systemctl", "--quiet", "is-active", "basic.target"));
      if (exitCode === 0) return;
      throw new AppError(
        "SERVICE_SETUP_FAILED",
        "No systemd of this user can be reached. Log in as that user, not with sudo or su; `loginctl enable-linger` lets it run without a login.",
      );
    }
    if (!isBooted) {
      throw new AppError(
        "SERVICE_SETUP_FAILED",
        `systemd does not run here, as in most containers. Run it without a service: \`${executable} run --env-file FILE\`.`,
      );
    }
    if (isRoot) return;
    throw new AppError(
      "SERVICE_SETUP_FAILED",
      `A service of the whole system needs root: sudo ${executable} service ${command}; or use --user for one of your own.`,
    );
  }

  async #requireInstalled(): Promise<void> {
    if (existsSync(this.#unitFile)) return;
    if ((await this.#packagedUnit()) !== null) return;
    throw new AppError(
      "SERVICE_SETUP_FAILED",
      `The service is not installed; \`${NAME} service install\` does that.`,
    );
  }

  async #packagedUnit(): Promise<string | null> {
    for (const file of this.#options.packagedUnits) if (existsSync(file)) return file;
    return null;
  }

  async #requireNoPackage(instead: string): Promise<void> {
    const unit = await this.#packagedUnit();
    if (unit === null || existsSync(this.#unitFile)) return;
    throw new AppError(
      "SERVICE_SETUP_FAILED",
      `The service came with the package canvuslocallm (${unit}): ${instead}.`,
    );
  }

  /** Somebody's own unit of this name is not ours to replace or remove. */
  async #requireOurUnit(): Promise<void> {
    const text = await readFile(this.#unitFile, "utf8").catch(() => null);
    if (text === null || isOurUnit(text)) return;
    throw new AppError(
      "SERVICE_SETUP_FAILED",
      `${this.#unitFile} was written by somebody else; move it away first.`,
    );
  }

  async #provideAccount(): Promise<void> {
    const { run, print } = this.#options;
    if ((await run(["getent", "passwd", ACCOUNT], "hidden")) !== 0) {
      const home = ["--home-dir", DATA_FOLDER, "--shell", "/usr/sbin/nologin"];
      await mustRun(run, ["useradd", "--system", "--user-group", ...home, ACCOUNT]);
      print(`Created the account ${ACCOUNT}.`);
    }
    // systemd makes them too, at the first start; `doctor` and `models pull` come before that.
    const owner = ["-d", "-o", ACCOUNT, "-g", ACCOUNT];
    await mustRun(run, ["install", ...owner, "-m", "0700", DATA_FOLDER]);
    await mustRun(run, ["install", ...owner, "-m", "0750", LOG_FOLDER]);
  }

  async #writeUnit(): Promise<void> {
    const { executable, forUser, unitFolder, print } = this.#options;
    const unit = systemdUnit(executable, forUser);
    const present = await readFile(this.#unitFile, "utf8").catch(() => null);
    if (present === unit) {
      print(`${this.#unitFile} is up to date.`);
      return;
    }
    await mkdir(unitFolder, { recursive: true });
    await writeFile(this.#unitFile, unit, { mode: 0o644 });
    print(`Wrote ${this.#unitFile}.`);
  }

  /** They hold secrets: the service may read them, and nobody else. @returns true when they were not there yet. */
  async #provideSettings(): Promise<boolean> {
    const { settingsFolder, forUser, run, print } = this.#options;
    if (existsSync(this.#settingsFile)) {
      print(`${this.#settingsFile} is kept as it is.`);
      return false;
    }
    await mkdir(settingsFolder, { recursive: true, mode: 0o755 });
    await writeFile(this.#settingsFile, SETTINGS_EXAMPLE, { mode: forUser ? 0o600 : 0o640, flag: "wx" });
    if (!forUser) await mustRun(run, ["chgrp", ACCOUNT, this.#settingsFile]);
    print(`Wrote ${this.#settingsFile}.`);
    return true;
  }
}
