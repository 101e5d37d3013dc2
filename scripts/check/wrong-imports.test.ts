import { expect, test } from "bun:test";
import { wrongImports } from "./wrong-imports.ts";

test("imports go downwards, types too", () => {
  expect(wrongImports("src/tasks/intake.ts", 'import { a } from "../canvus/a.ts";')).toEqual([]);
  expect(wrongImports("src/canvus/a.ts", 'import type { A } from "../tasks/a.ts";')).toEqual([
    "src/canvus/a.ts imports src/tasks/a.ts: canvus may not import tasks",
  ]);
  expect(wrongImports("src/errors/a.ts", 'import { sleep } from "../timers.ts";')).toHaveLength(1);
});

test.each([
  ["several lines", 'import {\n  a,\n  b,\n} from "../web/a.ts";'],
  ["no names", 'import "../web/a.ts";'],
  ["later", 'const a = await import("../web/a.ts");'],
  ["handed on", 'export { a } from "../web/a.ts";'],
])("sees an import: %s", (_, source) => {
  expect(wrongImports("src/storage/a.ts", source)).toEqual([
    "src/storage/a.ts imports src/web/a.ts: storage may not import web",
  ]);
});

test("of a folder one file can be allowed, or all but one folder", () => {
  expect(wrongImports("src/tasks/a.ts", 'import "../abilities/ability.ts";')).toEqual([]);
  expect(wrongImports("src/tasks/a.ts", 'import "../abilities/all-abilities.ts";')).toHaveLength(1);
  expect(wrongImports("src/inference/a.ts", 'import "./engines/llama-text.ts";')).toHaveLength(1);
  expect(wrongImports("src/inference/engines/a.ts", 'import "../protocol.ts";')).toEqual([]);
});

test("the service imports nothing that is for tests, tests import everything", () => {
  expect(wrongImports("src/web/a.ts", 'import "./testing/test-pages.ts";')).toEqual([
    "src/web/a.ts imports src/web/testing/test-pages.ts: that is for tests",
  ]);
  expect(wrongImports("src/canvus/a.test.ts", 'import "../simulator/simulator.ts";')).toEqual([]);
});

test("every folder has its place", () => {
  expect(wrongImports("src/misc/a.ts", 'import "../errors/registry.ts";')).toEqual([
    "src/misc/a.ts imports src/errors/registry.ts: src/misc/a.ts is in no part that rooms.ts knows",
  ]);
});

test("pages are part of the web server", () => {
  expect(wrongImports("views/layout.tsx", 'import "../src/web/read-errors.ts";')).toEqual([]);
  expect(wrongImports("src/storage/a.ts", 'import "../../views/layout.tsx";')).toHaveLength(1);
});
