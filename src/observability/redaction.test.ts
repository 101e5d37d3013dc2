import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AppError } from "../errors/app-error.ts";
import { createLogger } from "./create-logger.ts";
import type { LogFields } from "./logger.ts";

function jsonLogger(secrets: readonly string[]) {
  const lines: string[] = [];
  const outputs = [{ format: "json" as const, write: (text: string) => lines.push(text) }];
  return { logger: createLogger({ level: "debug", secrets, outputs }), lines };
}

/** Secrets that cannot be in an entry by chance: names of fields, ids and times hold no such text. */
const secret = fc
  .tuple(
    fc.constantFrom("Zq7", "ÄZ9", "8041", "z%Z", 'x"Y', "\\Zz", "Ωz "),
    fc.string({ minLength: 5, maxLength: 30, unit: "grapheme" }),
  )
  .map(([head, tail]) => head + tail)
  .filter((text) => text.trim() === text && !/^\d{1,12}$/.test(text));

/** A text that holds the secret somewhere. */
function textAround(hidden: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.string({ maxLength: 1200 }), fc.string({ maxLength: 50 }))
    .map(([before, after]) => before + hidden + after);
}

/** Values of any kind with the secret inside, as deep as entries go. */
function valueAround(hidden: string): fc.Arbitrary<unknown> {
  const { value } = fc.letrec((again) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      textAround(hidden),
      textAround(hidden).map((text) => new Error(text)),
      textAround(hidden).map((text) => new AppError("INTERNAL", "m", { context: { text } })),
      textAround(hidden).map((text) => Symbol(text)),
      textAround(hidden).map((text) => Buffer.from(text)),
      fc.constant(Buffer.from(hidden, "utf16le")),
      fc.constant(new URL(`https://host.test/?q=${encodeURIComponent(hidden.toWellFormed())}`)),
      fc.constant(new URLSearchParams({ q: hidden.toWellFormed() }).toString()),
      fc.constant(JSON.stringify({ a: [hidden] })),
      again("value").map((inner) => [inner]),
      again("value").map((inner) => new Map([[hidden, inner]])),
      again("value").map((inner) => new Set([inner])),
      again("value").map((inner) => ({ [hidden]: inner, other: 1 })),
      again("value").map((inner) => new Error("outer", { cause: inner })),
      again("value").map((inner) => new AggregateError([inner], hidden)),
    ),
  }));
  return value;
}

test("no configured secret survives in any entry, whatever holds it", () => {
  const cases = secret.chain((hidden) =>
    fc.tuple(fc.constant(hidden), valueAround(hidden), textAround(hidden), fc.boolean()),
  );
  fc.assert(
    fc.property(cases, ([hidden, value, message, atRunTime]) => {
      const { logger, lines } = jsonLogger(atRunTime ? [] : [hidden]);
      if (atRunTime) logger.conceal(hidden);
      logger.child({ bound: value }).error(message, { value, [hidden]: value, source: hidden });
      const line = lines.join("");
      const shown: unknown = JSON.parse(line);
      for (const text of textsIn(shown)) expect(text).not.toContain(hidden);
      expect(line).not.toContain(hidden);
    }),
    { numRuns: 300 },
  );
});

/** Every text in an entry: names and values, also what is behind base64. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") {
    const bytes = Buffer.from(value.startsWith("base64:") ? value.slice(7) : "", "base64");
    return [value, bytes.toString("utf8"), bytes.toString("utf16le")];
  }
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}

describe("secrets", () => {
  const entryOf = (fields: LogFields, secrets: readonly string[]) => {
    const { logger, lines } = jsonLogger(secrets);
    logger.info("m", fields);
    return JSON.parse(lines.join(""));
  };

  test("that consist of digits are black as numbers too", () => {
    const pin = 48_151_623;
    expect(entryOf({ pin: pin, other: 48_151_624, big: BigInt(pin) }, [String(pin)])).toMatchObject({
      pin: "[redacted]",
      other: 48_151_624,
      big: "[redacted]",
    });
  });

  test("got at run time are black from then on, in loggers that exist already as well", () => {
    const { logger, lines } = jsonLogger([]);
    const child = logger.child({ canvas_id: "c" });
    child.info("token abcd-efgh-1234 came", { "abcd-efgh-1234": 1 });
    logger.conceal("abcd-efgh-1234");
    child.info("token abcd-efgh-1234 came", { "abcd-efgh-1234": 1 });
    expect(lines[0]).toContain("abcd-efgh-1234");
    expect(lines[1]).not.toContain("abcd-efgh-1234");
  });

  test("got at run time push out only the oldest of them, never a configured one", () => {
    const { logger, lines } = jsonLogger(["configured-secret"]);
    for (let day = 1000; day < 1100; day++) logger.conceal(`login-token-${day}`);
    logger.info("configured-secret login-token-1099 login-token-1050 login-token-1000");
    expect(JSON.parse(lines.join("")).message).toBe("[redacted] [redacted] [redacted] login-token-1000");
  });

  test.each(["a%2Fb%3Dc%20d", "a%2fb%3dc%20d", "a%2Fb%3Dc+d", "a/b=c%20d", "a/b=c d"])(
    "are found as URLs and forms write them: %s",
    (written) => {
      expect(entryOf({ text: `x${written}y` }, ["a/b=c d"]).text).toBe("x[redacted]y");
    },
  );

  test.each(["BEARER abcdef123456", "sent with bearer abcdef123456"])("no bearer token stays: %s", (text) => {
    expect(entryOf({ text }, []).text).not.toContain("abcdef123456");
  });
});
