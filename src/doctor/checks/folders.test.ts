import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCheck } from "../testing/run-check.ts";
import { dataFolder } from "./folders.ts";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "cll-doctor-"));
});
afterEach(() => rm(parent, { recursive: true }));

const look = (folder: string) => runCheck(dataFolder, { CANVUSLLM_DATA_DIR: folder });

test("a folder that is not there yet but can be made is fine, and is not made", async () => {
  const result = await look(join(parent, "a/b"));
  expect(result).toMatchObject({ status: "ok", message: expect.stringContaining("will be made") });
  expect(await readdir(parent)).toEqual([]);
});

test("a good one is fine, and nothing is left in it", async () => {
  await chmod(parent, 0o700);
  expect(await look(parent)).toEqual({ status: "ok", message: `${parent} (mode 700)` });
  expect(await readdir(parent)).toEqual([]);
});

test("one that others may read is told with its mode", async () => {
  await chmod(parent, 0o755);
  expect(await look(parent)).toMatchObject({ status: "warn", message: expect.stringContaining("mode 755") });
});

test("a file in its place is a failure", async () => {
  const path = join(parent, "file");
  await Bun.write(path, "x");
  expect(await look(path)).toMatchObject({ status: "fail", message: `${path} is a file, not a folder` });
});

test("one that cannot be written to says why and what to do", async () => {
  // Not even root may write there.
  const result = await look("/proc/canvuslocallm");
  expect(result).toMatchObject({ status: "fail", code: "STORAGE_UNAVAILABLE" });
  expect(result.advice).toContain("CANVUSLLM_DATA_DIR");
});

test("a folder of somebody else is told with both users", async () => {
  if (process.getuid?.() === 0) {
    const folder = join(parent, "theirs");
    await mkdir(folder, { mode: 0o700 });
    Bun.spawnSync(["chown", "12345", folder]);
    expect(await look(folder)).toMatchObject({
      status: "warn",
      message: expect.stringContaining("user id 12345"),
    });
    return;
  }
  expect((await look("/root")).status).toBe("fail");
});
