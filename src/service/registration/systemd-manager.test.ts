import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemdManager, type SystemdManagerOptions } from "./systemd-manager.ts";

let folder: string;
let commands: string[];
let printed: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-units-"));
  commands = [];
  printed = [];
});
afterEach(() => rm(folder, { recursive: true }));

function manager(changes: Partial<SystemdManagerOptions> = {}): SystemdManager {
  return new SystemdManager({
    executable: "/opt/Canvus LLM/canvuslocallm",
    forUser: false,
    isRoot: true,
    isBooted: true,
    unitFolder: join(folder, "units"),
    packagedUnits: [join(folder, "packaged.service")],
    settingsFolder: join(folder, "settings"),
    run: async (command) => {
      commands.push(command.join(" "));
      return command[0] === "getent" ? 2 : 0;
    },
    print: (line) => void printed.push(line),
    ...changes,
  });
}

const unitFile = () => join(folder, "units/canvuslocallm.service");
const settingsFile = () => join(folder, "settings/canvuslocallm.env");

test("installs unit, account and settings, and enables the service", async () => {
  expect(await manager().install()).toBe(0);
  const unit = await readFile(unitFile(), "utf8");
  expect(unit).toContain('ExecStart="/opt/Canvus LLM/canvuslocallm" run --env-file');
  expect(await readFile(settingsFile(), "utf8")).toContain("CANVUS_SERVER=");
  expect((await stat(settingsFile())).mode & 0o777).toBe(0o640);
  expect(commands).toEqual([
    "getent passwd canvuslocallm",
    "useradd --system --user-group --home-dir /var/lib/canvuslocallm --shell /usr/sbin/nologin canvuslocallm",
    "install -d -o canvuslocallm -g canvuslocallm -m 0700 /var/lib/canvuslocallm",
    "install -d -o canvuslocallm -g canvuslocallm -m 0750 /var/log/canvuslocallm",
    `chgrp canvuslocallm ${settingsFile()}`,
    "systemctl daemon-reload",
    "systemctl enable canvuslocallm",
  ]);
  expect(printed.slice(-3)).toEqual([
    `Now fill in ${settingsFile()}`,
    "Check it:  sudo -u canvuslocallm /opt/Canvus LLM/canvuslocallm doctor",
    "Start it:  sudo /opt/Canvus LLM/canvuslocallm service start",
  ]);
});

test("a second time it changes nothing: settings and drop-ins stay", async () => {
  await manager().install();
  await writeFile(settingsFile(), "CANVUS_SERVER=https://mine\n");
  await mkdir(`${unitFile()}.d`);
  await writeFile(join(`${unitFile()}.d`, "mine.conf"), "[Service]\nWatchdogSec=60\n");
  await manager().install();
  expect(printed).toContain(`${unitFile()} is up to date.`);
  expect(await readFile(settingsFile(), "utf8")).toBe("CANVUS_SERVER=https://mine\n");
  expect(await readdir(`${unitFile()}.d`)).toEqual(["mine.conf"]);
});

test("uninstalling takes the unit and leaves settings and drop-ins; a second time it says so", async () => {
  await manager().install();
  await mkdir(`${unitFile()}.d`);
  commands = [];
  expect(await manager().uninstall()).toBe(0);
  expect(commands[0]).toBe("systemctl disable --now canvuslocallm");
  expect(await readdir(join(folder, "units"))).toEqual(["canvuslocallm.service.d"]);
  expect(await readdir(join(folder, "settings"))).toEqual(["canvuslocallm.env"]);
  expect(await manager().uninstall()).toBe(0);
  expect(printed.at(-1)).toBe("The service is not installed.");
});

test("somebody's own unit of that name is neither replaced nor removed", async () => {
  await mkdir(join(folder, "units"));
  await writeFile(unitFile(), "[Service]\nExecStart=/usr/bin/mine\n");
  for (const attempt of [() => manager().install(), () => manager().uninstall()]) {
    await expect(attempt()).rejects.toThrow("written by somebody else");
  }
  expect(await readFile(unitFile(), "utf8")).toContain("/usr/bin/mine");
  expect(commands).toEqual([]);
});

test("without root it says what to type, and changes nothing", async () => {
  const attempt = manager({ isRoot: false }).install();
  await expect(attempt).rejects.toThrow("sudo /opt/Canvus LLM/canvuslocallm service install");
  expect(await readdir(folder)).toEqual([]);
});

test("an executable where the service may not look is refused", async () => {
  const attempt = manager({ executable: "/home/ann/dist/canvuslocallm" }).install();
  await expect(attempt).rejects.toThrow("Copy the folder elsewhere");
});

test("a user's own service needs no root and no account", async () => {
  await manager({ forUser: true, isRoot: false, executable: "/home/ann/100%/canvuslocallm" }).install();
  const unit = await readFile(unitFile(), "utf8");
  expect(unit).toContain("ExecStart=/home/ann/100%%/canvuslocallm run");
  expect(unit).not.toMatch(/^(User|Device\w+|CapabilityBoundingSet)=/m);
  expect((await stat(settingsFile())).mode & 0o777).toBe(0o600);
  expect(commands).toEqual([
    "systemctl --user --quiet is-active basic.target",
    "systemctl --user daemon-reload",
    "systemctl --user enable canvuslocallm",
  ]);
});

test("where no systemd of the user runs, nothing is written and it is said how to get one", async () => {
  const unreachable = { forUser: true, isRoot: false, run: async () => 1 };
  await expect(manager(unreachable).install()).rejects.toThrow("loginctl enable-linger");
  expect(await readdir(folder)).toEqual([]);
});

test("where systemd does not run nothing is written, and it says what to do instead", async () => {
  await expect(manager({ isBooted: false }).install()).rejects.toThrow("run --env-file FILE");
  expect(await readdir(folder)).toEqual([]);
  expect(commands).toEqual([]);
});

test("starting what is not installed says how to install it", async () => {
  await expect(manager().start()).rejects.toThrow("canvuslocallm service install");
});

test("a service that came with a package is started and stopped, but not installed or removed", async () => {
  await writeFile(join(folder, "packaged.service"), "");
  await expect(manager().install()).rejects.toThrow("came with the package");
  await expect(manager().uninstall()).rejects.toThrow("came with the package");
  expect(await manager().start()).toBe(0);
  expect(await manager().restart()).toBe(0);
  expect(await manager().stop()).toBe(0);
  expect(commands).toEqual([
    "systemctl start canvuslocallm",
    "systemctl is-active --quiet canvuslocallm",
    "systemctl restart canvuslocallm",
    "systemctl is-active --quiet canvuslocallm",
    "systemctl stop canvuslocallm",
  ]);
});

test("a start that the unit's condition prevented says what to fill in", async () => {
  await manager().install();
  const run = async (command: readonly string[]) => (command.includes("is-active") ? 3 : 0);
  await expect(manager({ run }).start()).rejects.toThrow(`Fill in ${settingsFile()}`);
});

test("a service that is started and ends at once is not called running", async () => {
  await manager().install();
  await writeFile(settingsFile(), "CANVUS_SERVER=https://mine\n");
  const run = async (command: readonly string[]) => (command.includes("is-active") ? 3 : 0);
  expect(await manager({ run }).start()).toBe(1);
  expect(printed.at(-1)).toContain("service logs");
});
