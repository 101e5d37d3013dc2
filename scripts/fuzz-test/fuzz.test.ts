import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { feed } from "./feed.ts";
import { TARGETS } from "./targets.ts";

// A few inputs of scripts/fuzz, so that the script itself is tried with every change; those that start no process.

const onInput = () => undefined;

test.each(["stream-lines", "widgets", "note-texts", "env-files"])("%s bear made-up inputs", async (name) => {
  const result = await TARGETS[name]?.({ name, runs: 30, seed: 1, onInput });
  expect(result).toMatchObject({ inputs: 30, findings: [] });
});

test("what goes wrong is found, made small and told with its input", async () => {
  const target = {
    inputs: fc.string(),
    check: (input: string) => {
      if (input.length > 3) throw new Error("too long");
      return "fine";
    },
    residentBytes: () => 1,
    maxGrowth: 0,
    end: () => Promise.reject(new Error("it left something behind")),
  };
  const { findings } = await feed(target, { name: "long", runs: 200, seed: 1, onInput });
  expect(findings).toHaveLength(2);
  expect(findings[0]).toMatch(/^Error: too long[\s\S]*with ".{4}"$/);
  expect(findings[1]).toContain("it left something behind");
});

test("memory that grows is found", async () => {
  let bytes = 0;
  const target = {
    inputs: fc.constant(1),
    check: () => {
      bytes += 1e6;
      return "fine";
    },
    residentBytes: () => bytes,
    maxGrowth: 50e6,
  };
  const { findings } = await feed(target, { name: "hungry", runs: 100, seed: 1, onInput });
  expect(findings).toEqual(["its memory grew by 80 MB"]);
});
