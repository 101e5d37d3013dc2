import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { CONFIGURATION_ERRORS } from "./codes/configuration.ts";
import { DATA_ERRORS } from "./codes/data.ts";
import { MODEL_ERRORS } from "./codes/model.ts";
import { RESOURCE_ERRORS } from "./codes/resource.ts";
import { TRANSIENT_ERRORS } from "./codes/transient.ts";
import { errorReference, withErrorReference } from "./documentation.ts";
import { ERROR_CATEGORIES, type ErrorInfo } from "./error-info.ts";
import { ERRORS } from "./registry.ts";

const root = join(import.meta.dir, "../..");
const all = Object.entries<ErrorInfo>(ERRORS);

/** Where an error comes to be: constructed, or named as the code of a failure that crosses a process or thread. */
const PRODUCED = /(?:Error\(|\bcode: |\breturn |\? |: )\s*"([A-Z]+(?:_[A-Z]+)+|INTERNAL|CANCELLED)"/g;

async function producedCodes(): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const path of new Glob("src/**/*.ts").scan(root)) {
    if (/\.test\.ts$|\/testing\/|\/simulator\/|\/errors\/|\/e2e\/|\/config\//.test(path)) continue;
    const text = await Bun.file(join(root, path)).text();
    for (const [, code] of text.matchAll(PRODUCED)) if (code !== undefined) found.add(code);
  }
  return found;
}

test("no code stands in two categories", () => {
  const categories = [TRANSIENT_ERRORS, CONFIGURATION_ERRORS, RESOURCE_ERRORS, MODEL_ERRORS, DATA_ERRORS];
  const codes = categories.flatMap((errors) => Object.keys(errors));
  expect(codes).toEqual(Object.keys(ERRORS));
});

test("every registered error is produced somewhere", async () => {
  const produced = await producedCodes();
  expect(all.map(([code]) => code).filter((code) => !produced.has(code))).toEqual([]);
});

test("the page of errors is what the registry says (else run: bun run generate)", async () => {
  const page = await Bun.file(join(import.meta.dir, "README.md")).text();
  expect(page).toBe(withErrorReference(page));
});

test("the reference names every code and every category", () => {
  const reference = errorReference();
  for (const [code] of all) expect(reference).toContain(`| \`${code}\` |`);
  for (const category of Object.keys(ERROR_CATEGORIES)) expect(reference).toContain(`| ${category} |`);
});

test.each(all)("%s tells people what to do, in sentences", (_, { hint, httpStatus }) => {
  expect(hint).toMatch(/^[A-Z`].*\.$/);
  expect(hint.length).toBeLessThanOrEqual(160);
  expect(httpStatus).toBeWithin(400, 600);
});

test("transient errors are repeated, configuration errors never", () => {
  for (const [, { category, retryable }] of all) {
    if (category === "transient") expect(retryable).toBe(true);
    if (category === "configuration" || category === "data" || category === "model")
      expect(retryable).toBe(false);
  }
});
