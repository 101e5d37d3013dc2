import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLogEnd, readLogOf } from "./read-log.ts";

const BEGIN = Date.parse("2026-01-10T00:00:00.000Z");
const ALL = { level: "debug", text: "" } as const;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-log-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function at(second: number): string {
  return new Date(BEGIN + second * 1000).toISOString();
}

function line(second: number, changes: Record<string, unknown> = {}): string {
  return `${JSON.stringify({ timestamp: at(second), level: "info", message: `entry ${second}`, ...changes })}\n`;
}

function write(number: number, text: string): Promise<number> {
  return Bun.write(join(folder, `canvuslocallm.2026-01-10.${number}.log`), text);
}

function messages({ entries }: { readonly entries: readonly { readonly message: string }[] }): string[] {
  return entries.map(({ message }) => message);
}

test("the end of the log: newest first, over several files, without what is torn", async () => {
  await write(1, line(1) + line(2));
  await write(2, `${line(3)}{"timestamp":"half an ent`);
  expect(await readLogEnd(folder, ALL, 10)).toMatchObject({ complete: true });
  expect(messages(await readLogEnd(folder, ALL, 10))).toEqual(["entry 3", "entry 2", "entry 1"]);
  expect(await readLogEnd(folder, ALL, 2)).toMatchObject({ complete: false });
  expect(messages(await readLogEnd(folder, ALL, 2))).toEqual(["entry 3", "entry 2"]);
  expect(await readLogEnd(join(folder, "nothing"), ALL, 10)).toEqual({ entries: [], complete: true });
});

test("only what is important enough and holds the text", async () => {
  await write(
    1,
    line(1, { level: "error", code: "X-7" }) + line(2, { level: "error" }) + line(3, { code: "x-7" }),
  );
  expect(messages(await readLogEnd(folder, { level: "warn", text: "x-7" }, 10))).toEqual(["entry 1"]);
});

test("lines that lie across the borders of what is read at once are whole", async () => {
  const count = 5000;
  const long = "ä".repeat(150);
  await write(1, Array.from({ length: count }, (_, n) => line(n, { long })).join(""));
  const found = messages(await readLogEnd(folder, { level: "debug", text: 'entry 2345"' }, 500));
  expect(found).toEqual(["entry 2345"]);
  const all = await readLogEnd(folder, ALL, 500);
  expect(messages(all)).toEqual(Array.from({ length: 500 }, (_, n) => `entry ${count - 1 - n}`));
});

test("the entries of one prompt are found by their time in a large log", async () => {
  const long = "x".repeat(300);
  const of = (n: number) => (n === 100 || n === 6000 || n === 6001 ? { correlation_id: "me" } : {});
  const text = (from: number) =>
    Array.from({ length: 4000 }, (_, n) => line(from + n, { long, ...of(from + n) })).join("");
  await write(1, text(0));
  await write(2, text(4000));
  expect(messages(await readLogOf(folder, "me", at(5990), at(6010)))).toEqual(["entry 6000", "entry 6001"]);
  expect(messages(await readLogOf(folder, "me", at(0), at(8000)))).toEqual([
    "entry 100",
    "entry 6000",
    "entry 6001",
  ]);
  expect(await readLogOf(folder, "somebody", at(0), at(8000))).toEqual({ entries: [], complete: true });
});
