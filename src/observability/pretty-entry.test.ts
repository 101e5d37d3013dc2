import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { createLogger } from "./create-logger.ts";
import type { Logger } from "./logger.ts";

function pretty(write: (logger: Logger) => void): string {
  let output = "";
  const collect = (text: string) => {
    output += text;
  };
  write(createLogger({ level: "debug", secrets: [], outputs: [{ format: "pretty", write: collect }] }));
  return Bun.stripANSI(output);
}

test("an entry is one line with its fields and the correlation id at the end", () => {
  const output = pretty((logger) =>
    logger
      .child({ source: "tasks/intake.ts:take" })
      .info("answered", { duration_ms: 12, model: "a b", correlation_id: "x1" }),
  );
  expect(output).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} INFO {2}tasks {6}answered duration_ms=12 model="a b" \(x1\)\n$/,
  );
});

test("a warning tells its place in the code", () => {
  const output = pretty((logger) => logger.warn("odd", { source: "app.ts:start", correlation_id: "x1" }));
  expect(output).toMatch(/ WARN {2}app {8}odd \(x1\) app\.ts:start\n$/);
});

test("an expected error shows its sentence and what to do, an unexpected one its place", () => {
  const expected = pretty((logger) =>
    logger.error("failed", { error: new AppError("PORT_IN_USE", "Port taken.") }),
  );
  expect(expected).toContain("  PORT_IN_USE: Port taken.\n  What to do: Stop the other program");
  expect(expected).not.toContain("pretty-entry.test.ts");
  const unexpected = pretty((logger) => logger.error("failed", { error: new TypeError("oops") }));
  expect(unexpected).toContain("  TypeError: oops\n    at ");
});

test("text cannot fake lines or move the cursor", () => {
  const output = pretty((logger) => logger.info("a\n12:00 INFO faked\u001b[2J", { field: "\u001b[0m\n" }));
  expect(output.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(output).toContain("a\\n12:00");
});
