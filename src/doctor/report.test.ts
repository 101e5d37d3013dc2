import { expect, test } from "bun:test";
import type { Paint } from "../paint.ts";
import { reportLines, summaryLine } from "./report.ts";

const plain: Paint = (_, text) => text;
const report = {
  name: "canvus_tls",
  title: "Canvus certificate",
  status: "fail" as const,
  message: "not trusted, it is self-signed and was issued for quite another machine",
  advice: "Save the certificate of the authority as a PEM file and set CANVUS_CA_FILE to it.",
  duration_ms: 3,
};

test("fits a terminal of 80 columns, aligned, with what to do below", () => {
  const lines = reportLines(report, 80, plain).trimEnd().split("\n");
  expect(lines[0]).toStartWith("  fail  Canvus certificate  not trusted, it is self-signed");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.slice(1).every((line) => line.startsWith(" ".repeat(28)))).toBe(true);
  expect(lines.findIndex((line) => line.includes("→ Save the certificate"))).toBeGreaterThan(0);
});

test("without a terminal every sentence stays on one line", () => {
  expect(reportLines(report, Number.POSITIVE_INFINITY, plain).trimEnd().split("\n")).toHaveLength(2);
});

test("what a server said does not steer the terminal", () => {
  const shown = reportLines({ ...report, message: "canvas \x1b[2J\u009b1A" }, 80, plain);
  expect(shown).toContain("canvas \\u001b[2J\\u009b1A");
});

test("colour is on the status alone", () => {
  const marked: Paint = (style, text) => `<${style}>${text}</${style}>`;
  expect(reportLines(report, 200, marked)).toStartWith("  <red>fail</red>  Canvus certificate  not trusted");
});

test("the summary counts in words", () => {
  expect(summaryLine({ ok: 3, warn: 1, fail: 0 })).toBe("3 ok, 1 warning, 0 failures.\n");
});
