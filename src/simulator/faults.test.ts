import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { TestBench } from "./testing/test-bench.ts";
import type { WriteEntry } from "./write-log.ts";

let bench: TestBench;

beforeEach(async () => {
  bench = await TestBench.start({ keepAliveMs: 15 });
});
afterEach(() => bench.simulator.stop());

async function log(): Promise<readonly WriteEntry[]> {
  const { entries } = (await (await bench.fetch("/_sim/log")).json()) as { entries: WriteEntry[] };
  return entries;
}

describe("requests", () => {
  test("a status is answered as often as asked, by path, method and rate", async () => {
    await bench.faults({
      kind: "status",
      status: 503,
      msg: "Busy",
      path: "*/notes*",
      method: "POST",
      count: 2,
      rate: 0.5,
    });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await bench.canvas("POST", "notes", {})).status);
    expect(statuses).toEqual([200, 503, 200, 503, 200, 200]);
    expect((await bench.canvas("POST", "anchors", {})).status).toBe(200);
  });

  test("a proxy's page instead of JSON", async () => {
    await bench.faults({ kind: "status", status: 502, body: "<html>Bad gateway</html>" });
    const response = await bench.canvas("GET", "notes");
    expect([response.status, await response.text()]).toEqual([502, "<html>Bad gateway</html>"]);
  });

  test("a reset after the write leaves the write applied, one before does not", async () => {
    await bench.faults([
      { kind: "reset", when: "after", method: "POST", count: 1 },
      { kind: "reset", method: "PATCH", count: 1 },
    ]);
    await expect(bench.canvas("POST", "notes", { text: "applied" })).rejects.toThrow();
    const stream = await bench.stream("notes?subscribe");
    const [note] = await stream.items();
    expect(note).toMatchObject({ text: "applied" });
    await expect(bench.canvas("PATCH", `notes/${note?.id}`, { text: "lost" })).rejects.toThrow();
    expect(await bench.widget("GET", `notes/${note?.id}`)).toMatchObject({ text: "applied" });
    expect(await log()).toMatchObject([
      { method: "POST", status: 0, applied: true, faults: ["reset"], widget: { text: "applied" } },
      { method: "PATCH", status: 0, applied: false, faults: ["reset"] },
    ]);
  });

  test("a stalled write is applied once the rule goes", async () => {
    const { added } = await bench.faults({ kind: "stall", method: "POST" });
    const write = bench.widget("POST", "notes", { text: "late" });
    expect(await (await bench.canvas("GET", "notes")).json()).toEqual([]);
    await bench.fetch(`/_sim/faults?id=${String(added)}`, { method: "DELETE" });
    expect(await write).toMatchObject({ text: "late" });
  });

  test("latency can be ended early by removing the rules", async () => {
    await bench.faults({ kind: "latency", ms: 600_000, when: "after", path: "*/notes" });
    const stream = await bench.stream("widgets?subscribe");
    await stream.frame();
    const write = bench.widget("POST", "notes", { text: "slow" });
    expect(await stream.frame()).toMatchObject([{ text: "slow" }]);
    await bench.fetch("/_sim/faults", { method: "DELETE" });
    expect(await write).toMatchObject({ text: "slow" });
  });

  test("subscribe tells streams from plain reads", async () => {
    await bench.faults({ kind: "status", status: 401, subscribe: true });
    expect((await bench.canvas("GET", "widgets?subscribe")).status).toBe(401);
    expect((await bench.canvas("GET", "widgets")).status).toBe(200);
  });
});

describe("streams", () => {
  test("open streams can be reset or ended", async () => {
    const [reset, ended] = [await bench.stream("notes?subscribe"), await bench.stream("widgets?subscribe")];
    await reset.frame();
    await ended.frame();
    const dropped = await bench.faults([
      { kind: "stream-drop", path: "*/notes" },
      { kind: "stream-drop", mode: "end", path: "*/widgets" },
    ]);
    expect(dropped).toMatchObject({ streams_dropped: 2, rules: [] });
    await expect(reset.line()).rejects.toThrow();
    let line = await ended.line();
    while (line === "\n") line = await ended.line();
    expect(line).toBeUndefined();
  });

  test("a stream can break in the middle of a frame", async () => {
    const stream = await bench.stream("notes?subscribe");
    await stream.frame();
    await bench.faults({ kind: "stream-drop", mode: "mid-frame" });
    await bench.widget("POST", "notes", { text: "half" });
    await expect(stream.frame()).rejects.toThrow();
  });

  test("a stalled stream is silent, then delivers what it held back", async () => {
    await bench.faults({ kind: "stream-no-keep-alive" });
    const stream = await bench.stream("notes?subscribe");
    await stream.frame();
    await bench.faults({ kind: "stream-stall" });
    const note = await bench.widget("POST", "notes", { text: "held back" });
    let silent = true;
    const frame = stream.frame().finally(() => {
      silent = false;
    });
    await bench.canvas("GET", "notes");
    expect(silent).toBe(true);
    await bench.fetch("/_sim/faults", { method: "DELETE" });
    expect(await frame).toEqual([note]);
  });

  test("a garbled frame is no JSON, the next one is whole again", async () => {
    await bench.faults({ kind: "stream-no-keep-alive" });
    const stream = await bench.stream("notes?subscribe");
    await stream.frame();
    await bench.faults({ kind: "stream-garble", count: 1 });
    await bench.widget("POST", "notes", {});
    await expect(stream.frame()).rejects.toThrow(SyntaxError);
    const second = await bench.widget("POST", "notes", { text: "whole" });
    expect(await stream.frame()).toEqual([second]);
  });

  test("a frame cut inside a character arrives in two pieces that only together make sense", async () => {
    await bench.faults({ kind: "stream-no-keep-alive" });
    const stream = await bench.stream("notes?subscribe");
    await stream.frame();
    await bench.faults({ kind: "stream-split", bytes: 0, gap_ms: 5 });
    const before = stream.chunks.length;
    const note = await bench.widget("POST", "notes", { text: "⚙️ working" });
    expect(await stream.frame()).toEqual([note]);
    const [first, ...rest] = stream.chunks.slice(before);
    expect(rest.length).toBeGreaterThan(0);
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(first)).toThrow();
  });

  test("keep-alives can stop", async () => {
    const stream = await bench.stream("notes?subscribe");
    expect([await stream.line(), await stream.line()]).toEqual(["[]\n", "\n"]);
    await bench.faults({ kind: "stream-no-keep-alive" });
    await bench.fetch("/_sim/type-text", {
      method: "POST",
      body: JSON.stringify({ canvas_id: bench.canvasId, text: "x", cadence_ms: 40 }),
    });
    const lines = [await stream.line(), await stream.line()].filter((line) => line !== "\n");
    expect(lines).toHaveLength(2);
  });

  test("legal variants: CRLF, minimal deletions, bare objects", async () => {
    const format = { line_ending: "crlf", deletions: "minimal", deltas: "object" };
    await bench.faults({ kind: "stream-format", ...format });
    const stream = await bench.stream("notes?subscribe");
    expect(await stream.line()).toBe("[]\r\n");
    const note = await bench.widget("POST", "notes", {});
    expect(await stream.frame()).toEqual(note);
    await bench.canvas("DELETE", `notes/${note.id}`);
    expect(await stream.frame()).toEqual({ id: note.id, state: "deleted", widget_type: "Note" });
  });
});

test("rules are checked: unknown kinds, fields and values are named", async () => {
  for (const [rule, msg] of [
    [{ kind: "explode" }, "Unknown kind of fault explode"],
    [{ kind: "latency" }, "ms must be 0 to 600000"],
    [{ kind: "status", status: 503, after: true }, "Unknown field after in a rule of kind status"],
    [{ kind: "stream-drop", mode: "gently" }, "mode must be one of reset, end, mid-frame"],
  ] as const) {
    expect(await bench.faults(rule)).toEqual({ msg });
  }
  expect(await (await bench.fetch("/_sim/faults")).json()).toEqual({ rules: [] });
});
