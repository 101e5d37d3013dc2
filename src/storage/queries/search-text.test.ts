import { expect, test } from "bun:test";
import fc from "fast-check";
import { addHistory, memoryDatabase } from "../testing/sample-rows.ts";
import { historyPage } from "./history.ts";
import { searchExpression } from "./search-text.ts";

test.each([
  ["capital france", '"capital" "france"'],
  ['what "capital of" france', '"what" "capital of" "france"'],
  ["foo AND bar OR NOT (near*) ^x col:y", '"foo" "AND" "bar" "OR" "NOT" "(near*)" "^x" "col:y"'],
  ['unclosed "quote here', '"unclosed" "quote" "here"'],
  ["a\u0000b\tc\ud800d", '"a b" "c d"'],
  ["  ?? !! 🙂 ", null],
  ["", null],
])("%j is searched as %j", (input, expression) => {
  expect(searchExpression(input)).toBe(expression);
});

test("what is typed is cut to twelve words", () => {
  const words = Array.from({ length: 40 }, (_, n) => `w${n}`).join(" ");
  expect(searchExpression(words)?.split(" ")).toHaveLength(12);
});

test("no input whatever makes the search fail", () => {
  const database = memoryDatabase();
  addHistory(database, {});
  const tricky = fc.constantFrom(
    '"',
    "'",
    "*",
    "(",
    ")",
    "AND",
    "NEAR(",
    "\u0000",
    "\ud800",
    "^",
    "-",
    ":",
    "a",
    " ",
  );
  const input = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(tricky).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(input, (text) => {
      expect(historyPage(database, { text }).next).toBeNull();
    }),
    { numRuns: 300 },
  );
  database.close();
});
