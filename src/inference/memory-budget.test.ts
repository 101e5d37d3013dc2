import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { measureBudget } from "./memory-budget.ts";

const GROUP = `/sys/fs/cgroup/memory/canvuslocallm-budget-${process.pid}`;

test("less than the machine has, and what runners have counts as theirs", async () => {
  const { ram } = await measureBudget([]);
  expect(ram).toBeGreaterThan(0);
  expect(ram).toBeLessThan(totalmem());
  const hoard = new Uint8Array(300_000_000).fill(1);
  const without = (await measureBudget([])).ram ?? 0;
  const { ram: own } = await measureBudget([process.pid]);
  expect((own ?? 0) - without).toBeGreaterThan(hoard.length / 2);
});

test("a process that has ended has nothing", async () => {
  const child = Bun.spawn(["true"]);
  await child.exited;
  expect((await measureBudget([child.pid])).ram).toBeGreaterThan(0);
});

test.skipIf(!existsSync("/sys/fs/cgroup/memory/tasks") || process.getuid?.() !== 0)(
  "the limit of the container counts",
  async () => {
    await mkdir(GROUP);
    try {
      await Bun.write(`${GROUP}/memory.limit_in_bytes`, "400M");
      const module = join(import.meta.dir, "memory-budget.ts");
      const script = `import { measureBudget } from "${module}"; console.log((await measureBudget([])).ram)`;
      const start = `echo $$ > ${GROUP}/tasks; exec ${process.execPath} -e '${script}'`;
      const output = await Bun.$`sh -c ${start}`.text();
      expect(Number(output)).toBeGreaterThan(100_000_000);
      expect(Number(output)).toBeLessThan(400 * 1024 ** 2 * 0.9);
    } finally {
      await rmdir(GROUP);
    }
  },
);
