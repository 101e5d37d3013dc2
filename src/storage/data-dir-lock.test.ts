import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataDirLock } from "./data-dir-lock.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cll-lock-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A process that has the lock until it is killed. */
async function owner(): Promise<Bun.Subprocess<"ignore", "pipe", "inherit">> {
  const script = join(import.meta.dir, "testing/lock-owner.ts");
  const child = Bun.spawn([process.execPath, script, folder], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toContain("locked");
  reader.releaseLock();
  return child;
}

test("a second process is refused with the id of the first; one that is killed leaves no lock", async () => {
  const child = await owner();
  const lock = new DataDirLock(folder, "canvuslocallm run");
  try {
    expect(() => lock.acquire()).toThrow(`Process ${child.pid} (a test) is working with the data directory`);
    expect(lock.held).toBe(false);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
  lock.acquire();
  expect(lock.held).toBe(true);
  lock.release();
});

test("a process id that was left behind, or now is somebody else's, refuses nobody", () => {
  writeFileSync(join(folder, "service.pid"), `${process.ppid} (canvuslocallm run)`);
  const lock = new DataDirLock(folder, "canvuslocallm run");
  lock.acquire();
  lock.release();
  expect(existsSync(join(folder, "service.pid"))).toBe(false);
});

test("a damaged lock file is no obstacle", () => {
  writeFileSync(join(folder, "service.lock"), "garbage ".repeat(1000));
  const lock = new DataDirLock(folder, "canvuslocallm run");
  lock.acquire();
  expect(lock.held).toBe(true);
  lock.release();
});

test("a directory that is missing is made for this user alone", () => {
  const lock = new DataDirLock(join(folder, "new", "data"), "canvuslocallm run");
  lock.acquire();
  lock.release();
  expect(statSync(join(folder, "new", "data")).mode & 0o777).toBe(0o700);
});

test.skipIf(process.getuid?.() === 0)("a directory of somebody else is named as the reason", () => {
  chmodSync(folder, 0o500);
  expect(() => new DataDirLock(folder, "canvuslocallm run").acquire()).toThrow("EACCES");
});

test("a link in place of the lock or the owner's line leads nowhere", () => {
  const other = join(folder, "other");
  for (const name of ["service.lock", "service.pid"]) {
    writeFileSync(other, "somebody else's");
    symlinkSync(other, join(folder, name));
    const lock = new DataDirLock(folder, "canvuslocallm run");
    if (name === "service.lock") expect(() => lock.acquire()).toThrow();
    else lock.acquire();
    lock.release();
    expect(readFileSync(other, "utf8")).toBe("somebody else's");
    rmSync(join(folder, name), { force: true });
  }
});
