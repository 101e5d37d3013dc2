import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePrivateFolder } from "./private-folder.ts";
import { rejection } from "./testing/rejection.ts";

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "cll-private-"));
  folder = join(parent, "canvuslocallm");
});

afterEach(() => rm(parent, { recursive: true }));

async function expectRefused(): Promise<void> {
  expect(await rejection(makePrivateFolder(folder))).toMatchObject({ code: "DOWNLOAD_NOT_SAVED" });
}

test("it is made for this user alone, and may be there already", async () => {
  await makePrivateFolder(folder);
  await makePrivateFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test("a link to another folder is refused", async () => {
  await mkdir(join(parent, "other"), { mode: 0o700 });
  await symlink(join(parent, "other"), folder);
  await expectRefused();
});

test("a folder that others may write is refused", async () => {
  await mkdir(folder);
  await chmod(folder, 0o777);
  await expectRefused();
});

test.skipIf(process.getuid?.() !== 0)("a folder of somebody else is refused (needs root)", async () => {
  await mkdir(folder, { mode: 0o700 });
  await chown(folder, 12_345, 12_345);
  await expectRefused();
});
