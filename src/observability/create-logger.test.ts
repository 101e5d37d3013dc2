import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AppError } from "../errors/app-error.ts";
import { withCorrelation } from "./correlation.ts";
import { createLogger } from "./create-logger.ts";
import type { LogFields, LogLevel } from "./logger.ts";

function recordingLogger(options: { level?: LogLevel; secrets?: string[] } = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    level: options.level ?? "debug",
    secrets: options.secrets ?? [],
    outputs: [{ format: "json", write: (text) => lines.push(text) }],
  });
  return { logger, lines, entry: () => JSON.parse(lines.at(-1) ?? "null") };
}

function entryOf(fields: LogFields, secrets: string[] = []) {
  const { logger, entry } = recordingLogger({ secrets });
  logger.info("m", fields);
  return entry();
}

describe("entries", () => {
  test("have a time in UTC with ms, a level, a message and the bound fields", () => {
    const { logger, entry } = recordingLogger();
    logger
      .child({ source: "canvus", canvas_id: "c1" })
      .child({ canvas_id: "c2" })
      .warn("lost", { attempt: 2 });
    expect(entry()).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: "warn",
      message: "lost",
      source: "canvus",
      canvas_id: "c2",
      attempt: 2,
    });
    expect(Object.keys(entry()).slice(0, 4)).toEqual(["timestamp", "level", "message", "source"]);
  });

  test("carry the correlation id through awaits, each its own", async () => {
    const { logger, lines } = recordingLogger();
    const work = async (id: string) => {
      logger.info("begin");
      await Promise.resolve();
      logger.info("end", { id });
    };
    await Promise.all(["a", "b"].map((id) => withCorrelation(id, () => work(id))));
    logger.info("outside");
    const ids = lines.map((line) => JSON.parse(line).correlation_id);
    expect(ids).toEqual(["a", "b", "a", "b", undefined]);
  });

  test("a field cannot take the place of the entry's head", () => {
    expect(entryOf({ level: "error", message: "other", timestamp: 0, correlation_id: "x1" })).toMatchObject({
      level: "info",
      message: "m",
      level_: "error",
      message_: "other",
      timestamp_: 0,
      correlation_id: "x1",
    });
  });

  test("below the level nothing is written, nor are the fields touched", () => {
    const { logger, lines } = recordingLogger({ level: "warn" });
    logger.info("no", {
      get field(): never {
        throw new Error("touched");
      },
    });
    logger.error("yes");
    expect(lines).toHaveLength(1);
  });

  test("equal entries in a row are all written", () => {
    const { logger, lines } = recordingLogger();
    for (let i = 0; i < 100; i++) logger.info("same", { a: 1 });
    expect(lines).toHaveLength(100);
  });
});

describe("errors", () => {
  test("say code, category, hint, context, stack and the chain of causes", () => {
    const cause = new Error("connect ECONNREFUSED", { cause: new TypeError("deep") });
    const error = new AppError("CANVUS_UNREACHABLE", "No answer.", { context: { canvas_id: "c1" }, cause });
    expect(entryOf({ error }).error).toEqual({
      name: "AppError",
      message: "No answer.",
      code: "CANVUS_UNREACHABLE",
      category: "transient",
      hint: expect.stringContaining("CANVUS_SERVER"),
      context: { canvas_id: "c1" },
      stack: expect.stringContaining("create-logger.test.ts"),
      cause: {
        name: "Error",
        message: "connect ECONNREFUSED",
        stack: expect.any(String),
        cause: { name: "TypeError", message: "deep", stack: expect.any(String) },
      },
    });
  });

  test("a cause that is its own cause ends", () => {
    const error = new Error("round");
    error.cause = error;
    expect(entryOf({ error }).error.cause).toBe("[circular]");
  });

  test("several at once are all there", () => {
    const error = new AggregateError([new Error("one"), new Error("two")], "both");
    expect(entryOf({ error }).error.errors).toMatchObject([{ message: "one" }, { message: "two" }]);
  });
});

describe("hostile values", () => {
  test("never break an entry, and keep what can be kept", () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle.self = circle;
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const entry = entryOf({
      circle,
      getter: {
        get boom(): never {
          throw new Error("no");
        },
        fine: 1,
      },
      revoked: revoked.proxy,
      big: 2n ** 64n,
      huge: 2n ** 100_000n,
      symbol: Symbol("s"),
      nothing: undefined,
      nan: Number.NaN,
      date: new Date(0),
      badDate: new Date(Number.NaN),
      map: new Map<unknown, unknown>([
        ["token", "x"],
        [{}, 1],
      ]),
      set: new Set([1, 2]),
      small: new Uint8Array([1, 2, 3]),
      binary: new Uint8Array(5000),
      call: () => 1,
      ["__proto__"]: "kept",
      toJSON: () => "replaced",
    });
    expect(entry).toMatchObject({
      circle: { a: 1, self: "[circular]" },
      getter: { boom: "[unreadable]", fine: 1 },
      revoked: "[unreadable]",
      big: "18446744073709551616",
      huge: "[huge integer]",
      symbol: "Symbol(s)",
      nan: "NaN",
      date: "1970-01-01T00:00:00.000Z",
      badDate: "invalid date",
      map: { token: "[redacted]", "[object]": 1 },
      set: [1, 2],
      small: "base64:AQID",
      binary: "[binary, 5000 bytes]",
      call: "[function]",
      toJSON: "[function]",
    });
    expect(entry).not.toHaveProperty("nothing");
  });

  test("are bounded in length, width, depth and in all", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`);
    const { logger, lines, entry } = recordingLogger();
    logger.info("x".repeat(50_000_000), {
      deep,
      wide: Array.from({ length: 100_000 }, (_, i) => i),
      keys: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i])),
      texts: Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => "y".repeat(900))),
    });
    expect(lines[0]?.length).toBeLessThan(60_000);
    expect(entry().wide).toHaveLength(51);
    expect(entry().wide[50]).toBe("… 99950 more");
    expect(entry().keys["…"]).toBe("950 more");
    expect(JSON.stringify(entry().deep)).toContain("[too deep]");
  });

  test("texts end at 1000 characters and say how much is missing, not within a pair", () => {
    expect(entryOf({ prompt: "p".repeat(1000) }).prompt).toBe("p".repeat(1000));
    expect(entryOf({ prompt: "p".repeat(2500) }).prompt).toBe(
      `${"p".repeat(1000)}…[truncated 1500 characters]`,
    );
    expect(entryOf({ prompt: `${"p".repeat(999)}${"😀".repeat(700)}` }).prompt).toBe(
      `${"p".repeat(999)}…[truncated 1400 characters]`,
    );
  });

  test("no text can split an entry or move a terminal's cursor", () => {
    const { logger, lines } = recordingLogger();
    const text = 'a\nb\r\u0000\u001b[2J\u2028\u2029\u0085\u009b"}{';
    logger.info(text, { text });
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(JSON.parse(lines[0] ?? "").text).toBe(text);
  });

  test("anything at all becomes one line of JSON", () => {
    const { logger, lines } = recordingLogger({ secrets: ["secret"] });
    fc.assert(
      fc.property(
        fc.string(),
        fc.object({ withBigInt: true, withDate: true, withMap: true }),
        (message, fields) => {
          lines.length = 0;
          logger.info(message, fields);
          expect(lines).toHaveLength(1);
          expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
          expect(JSON.parse(lines[0] ?? "")).toHaveProperty("timestamp");
        },
      ),
    );
  });
});

describe("secrets", () => {
  test("are black under names that promise one, at any depth", () => {
    const entry = entryOf({
      CANVUS_API_KEY: "abc",
      nested: { password: "abc", list: [{ "Private-Token": "abc" }], WEBUI_PWD: "abc" },
      headers: new Headers({ authorization: "Bearer abc", cookie: "a=abc", accept: "text/plain" }),
      prompt_tokens: 5,
      tokens_per_second: 7,
    });
    expect(JSON.stringify(entry)).not.toContain("abc");
    expect(entry).toMatchObject({
      prompt_tokens: 5,
      tokens_per_second: 7,
      headers: { accept: "text/plain" },
    });
  });

  test("that are configured are black in any text, also encoded, in errors and in keys", () => {
    const secret = 'hun ter"2';
    const error = new Error(`login with ${secret} failed`, { cause: { note: secret } });
    const { logger, lines } = recordingLogger({ secrets: [secret] });
    logger.child({ bound: secret }).error(`message ${secret}`, {
      error,
      url: `https://x.test/?q=${encodeURIComponent(secret)}`,
      json: JSON.stringify({ a: secret }),
      [secret]: 1,
    });
    expect(lines[0]).not.toMatch(/hun( |%20)ter/);
    expect(lines[0]).toContain("message [redacted]");
  });

  test("cannot survive the cut of a long text, wherever it falls", () => {
    const secret = "S3CRET".repeat(10);
    for (let before = 900; before < 1010; before++) {
      const { text } = entryOf({ text: "x".repeat(before) + secret + "y".repeat(3000) }, [secret]);
      expect(text).not.toContain("S3");
    }
    expect(entryOf({ text: secret.repeat(100) }, [secret]).text).not.toContain("S3");
  });

  test.each([
    "https://joe:abc123@host.test/path",
    "GET /x?access_token=abc123&b=1",
    "Private-Token: abc123",
    "Authorization: Bearer abc123",
    "authorization=Basic abc123==",
    "Cookie: a=1; session=abc123",
    '{"password":"abc123"}',
    "pwd=abc123",
    "sent Bearer abc123 to it",
  ])("are found by their surroundings: %s", (text) => {
    expect(entryOf({ text }).text).not.toContain("abc123");
  });

  test.each(["https://host.test/path?page=2", "a token of gratitude", "key: C major", "me@x.test"])(
    "ordinary text stays: %s",
    (text) => {
      expect(entryOf({ text }).text).toBe(text);
    },
  );
});
