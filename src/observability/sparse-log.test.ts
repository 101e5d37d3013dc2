import { beforeEach, expect, test } from "bun:test";
import { SparseLog } from "./sparse-log.ts";

let now: number;
let written: { readonly times: number; readonly isAlone: boolean }[];
let log: SparseLog;

beforeEach(() => {
  now = 0;
  written = [];
  log = new SparseLog(() => now);
});

function happen(subject: string): void {
  log.add(subject, (times, isAlone) => written.push({ times, isAlone }));
}

test("the first is written at once, those of a minute together, and then the next at once again", () => {
  for (let n = 0; n < 1000; n += 1) happen("a");
  expect(written).toEqual([{ times: 1, isAlone: true }]);
  now += 60_000;
  log.flush();
  log.flush();
  happen("a");
  expect(written.map(({ times }) => times)).toEqual([1, 999, 1]);
});

test("many subjects cost a bounded number of entries, and each event is counted", () => {
  for (let n = 0; n < 5000; n += 1) happen(`address ${n}`);
  expect(written).toHaveLength(21);
  now += 60_000;
  log.flush();
  expect(written).toHaveLength(22);
  expect(written.reduce((sum, { times }) => sum + times, 0)).toBe(5000);
  expect(written.at(-1)?.isAlone).toBe(false);
});
