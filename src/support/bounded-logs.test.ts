import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boundedLogs } from "./bounded-logs.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-logs-"));
  await Bun.write(join(folder, "canvuslocallm.2026-01-01.1.log"), "a1\na2\n");
  await Bun.write(join(folder, "canvuslocallm.2026-01-02.1.log"), "b1\nb2\n");
  await Bun.write(join(folder, "other.log"), "not ours\n");
});
afterEach(() => rm(folder, { recursive: true }));

const same = (line: string) => line;

test("all files of the log, oldest first, each line cleaned, nothing else of the folder", async () => {
  const logs = await boundedLogs(folder, (line) => line.toUpperCase());
  expect([...logs]).toEqual([
    ["canvuslocallm.2026-01-01.1.log", "A1\nA2\n"],
    ["canvuslocallm.2026-01-02.1.log", "B1\nB2\n"],
  ]);
});

test("when there is more than may be taken, the latest whole lines are", async () => {
  expect([...(await boundedLogs(folder, same, 10))]).toEqual([
    ["canvuslocallm.2026-01-01.1.log", "a2\n"],
    ["canvuslocallm.2026-01-02.1.log", "b1\nb2\n"],
  ]);
  expect([...(await boundedLogs(folder, same, 6))]).toEqual([["canvuslocallm.2026-01-02.1.log", "b1\nb2\n"]]);
});

test("a folder that is not there has no logs", async () => {
  expect((await boundedLogs(join(folder, "missing"), same)).size).toBe(0);
});
