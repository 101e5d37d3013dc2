import { expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const NAMED_TEST = /`([\w./-]+\.test\.tsx?)`: \*([^*]+)\*/g;

test("every test that ASVS.md names exists, and every row has a proof or says why it has none", async () => {
  const table = await Bun.file(join(import.meta.dir, "ASVS.md")).text();
  const named = [...table.matchAll(NAMED_TEST)];
  expect(named.length).toBeGreaterThan(60);
  const missing: string[] = [];
  for (const [, path = "", name = ""] of named) {
    const file = Bun.file(join(ROOT, path));
    const isThere = (await file.exists()) && (await file.text()).includes(`"${name}"`);
    if (!isThere) missing.push(`${path}: ${name}`);
  }
  expect(missing).toEqual([]);
  const rows = table.split("## What does not apply")[0]?.match(/^\| \d.*$/gm) ?? [];
  const unproved = rows.filter((row) => row.endsWith("| – |") && !row.includes("**"));
  expect(unproved.map((row) => row.split(" | ")[0])).toEqual(["| 1.2.5"]);
});
