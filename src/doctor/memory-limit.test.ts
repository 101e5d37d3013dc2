import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { availableMemory, memoryLimit } from "./memory-limit.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cll-cgroup-"));
});
afterEach(() => rm(root, { recursive: true }));

const write = (path: string, text: string) => Bun.write(join(root, path), text);

test("version 2: the smallest limit of the group and its parents counts", async () => {
  await write("proc/self/cgroup", "0::/system.slice/canvuslocallm.service\n");
  await write("sys/fs/cgroup/system.slice/canvuslocallm.service/memory.max", "max\n");
  await write("sys/fs/cgroup/system.slice/memory.max", "2000000\n");
  expect(await memoryLimit(root)).toEqual({ bytes: 2_000_000, isCgroup: true });
});

test("version 1: in a container the group's own root holds the limit", async () => {
  await write("proc/self/cgroup", "4:memory:/docker/abc\n1:cpu:/docker/abc\n");
  await write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n");
  expect(await memoryLimit(root)).toEqual({ bytes: 1_000_000, isCgroup: true });
});

test("without a limit, or with one beyond the machine, it is the machine's memory", async () => {
  await write("proc/self/cgroup", "4:memory:/\n");
  await write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  expect(await memoryLimit(root)).toEqual({ bytes: totalmem(), isCgroup: false });
});

test("free memory is what can be used without swapping", async () => {
  expect(await availableMemory(root)).toBeNull();
  await write("proc/meminfo", "MemTotal:  100 kB\nMemAvailable:   40 kB\n");
  expect(await availableMemory(root)).toBe(40_960);
});
