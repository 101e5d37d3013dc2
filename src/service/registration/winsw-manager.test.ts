import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { WinswManager } from "./winsw-manager.ts";

let folder: string;
let commands: string[];
/** The command that fails, by its last word. */
let failing: string | null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-winsw-"));
  await writeFile(join(folder, "canvuslocallm-service.exe"), "");
  commands = [];
  failing = null;
});
afterEach(() => rm(folder, { recursive: true }));

function manager(): WinswManager {
  return new WinswManager({
    executable: join(folder, "canvuslocallm.exe"),
    programFolder: folder,
    dataFolder: join(folder, "data"),
    run: async ([program = "", ...args]) => {
      commands.push([basename(program), ...args].join(" "));
      return args.at(-1) === failing ? 1 : 0;
    },
    print: () => undefined,
  });
}

const settings = () => readFile(join(folder, "data/canvuslocallm.env"), "utf8");

test("installs the service once; settings are closed to other users and kept", async () => {
  expect(await manager().install()).toBe(0);
  expect(await settings()).toContain("CANVUS_SERVER=");
  await writeFile(join(folder, "data/canvuslocallm.env"), "CANVUS_SERVER=https://mine\n");
  expect(await manager().install()).toBe(0);
  expect(await settings()).toBe("CANVUS_SERVER=https://mine\n");
  const access = `icacls ${folder}/data /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F`;
  expect(commands).toEqual([access, "canvuslocallm-service.exe install", access]);
});

test("a registration that failed is tried again by the next install", async () => {
  failing = "install";
  await expect(manager().install()).rejects.toThrow("install");
  expect(await readdir(folder)).not.toContain("canvuslocallm-service.xml");
  failing = null;
  expect(await manager().install()).toBe(0);
  expect(commands.filter((command) => command.endsWith(" install"))).toHaveLength(2);
});
