import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { type Check, fail, ok } from "./check.ts";
import { type CheckReport, runChecks } from "./run-checks.ts";
import { contextOf } from "./testing/run-check.ts";

const context = await contextOf({});
const redact = (text: string) => text.replaceAll("hunter2", "[redacted]");

function check(name: string, run: Check["run"], more: Partial<Check> = {}): Check {
  return { name, title: name.toUpperCase(), run, ...more };
}

test("checks run at the same time and are reported in their order", async () => {
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  const reports = await runChecks(
    [
      check("slow", async () => {
        await gate.promise;
        return ok("slow");
      }),
      check("quick", async () => {
        gate.resolve(); // would wait for ever if the first one had to end before
        return ok("quick");
      }),
    ],
    context,
    { redact, onReport: ({ name }) => seen.push(name) },
  );
  expect(seen).toEqual(["slow", "quick"]);
  expect(reports.map(({ status }) => status)).toEqual(["ok", "ok"]);
});

test("what needs something broken is not run and names the root of it", async () => {
  let ran = 0;
  const counted = async () => {
    ran += 1;
    return ok("");
  };
  const reports = await runChecks(
    [
      check("name", async () => fail("unknown", "mend it")),
      check("connection", counted, { needs: ["name"] }),
      check("canvas", counted, { needs: ["connection"] }),
      check("other", counted),
    ],
    context,
    { redact },
  );
  expect(ran).toBe(1);
  expect(reports.map(({ message }) => message).slice(1, 3)).toEqual(
    Array(2).fill('not checked until "NAME" is mended'),
  );
});

test("an AppError becomes a failure with its hint and code, and secrets are blacked out", async () => {
  const [report] = await runChecks(
    [
      check("key", async () => {
        throw new AppError("CANVUS_UNAUTHORIZED", "The token hunter2 was refused.");
      }),
    ],
    context,
    { redact },
  );
  expect(report).toMatchObject({
    status: "fail",
    code: "CANVUS_UNAUTHORIZED",
    message: "The token [redacted] was refused.",
    advice: expect.stringContaining("CANVUS_API_KEY"),
  } satisfies Partial<CheckReport>);
});

test("a check that hangs is given up, told so, and the others are not held up", async () => {
  let aborted = false;
  const reports = await runChecks(
    [
      check(
        "hang",
        (_, signal) =>
          new Promise(() => {
            signal.addEventListener("abort", () => {
              aborted = true;
            });
          }),
        { timeoutMs: 5 },
      ),
      check("next", async () => ok("fine")),
    ],
    context,
    { redact },
  );
  expect(aborted).toBe(true);
  expect(reports[0]).toMatchObject({ status: "fail", message: "no result within 0.005 s" });
  expect(reports[1]?.status).toBe("ok");
});

test("those marked last begin when all others have ended", async () => {
  const order: string[] = [];
  await runChecks(
    [
      check("a", async () => {
        await Promise.resolve();
        order.push("a");
        return ok("");
      }),
      check(
        "heavy",
        async () => {
          order.push("heavy");
          return ok("");
        },
        { last: true },
      ),
    ],
    context,
    { redact },
  );
  expect(order).toEqual(["a", "heavy"]);
});
