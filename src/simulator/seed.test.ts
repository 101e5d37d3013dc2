import { expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { TestBench } from "./testing/test-bench.ts";

async function demoNotes(): Promise<readonly Widget[]> {
  const bench = await TestBench.start({
    seed: "demo",
    canvases: [{ id: "first" }, { id: "second", name: "Other" }],
  });
  expect(bench.simulator.canvases).toEqual([
    { id: "first", name: "Demo canvas" },
    { id: "second", name: "Other" },
  ]);
  const notes = (await (await bench.canvas("GET", "notes")).json()) as Widget[];
  const others = await (await bench.fetch("/api/v1/canvases/second/notes")).json();
  expect(others).toEqual([]);
  await bench.simulator.stop();
  return notes;
}

function box(note: Widget): { left: number; right: number; top: number; bottom: number } {
  const { x, y } = note.location ?? { x: 0, y: 0 };
  const { width, height } = note.size ?? { width: 0, height: 0 };
  return { left: x, right: x + width, top: y, bottom: y + height };
}

test("only the questions carry braces, and each has room for an answer at its right", async () => {
  const notes = await demoNotes();
  const questions = notes.filter((note) => /\{\{|\}\}/.test(note.text ?? ""));
  expect(questions.length).toBeGreaterThanOrEqual(4);
  for (const question of questions) {
    expect(question.text).toMatch(/^\{\{[^{}]+\?\}\}$/);
    const { right, top, bottom } = box(question);
    for (const other of notes.map(box)) {
      const beside = other.top < bottom && other.bottom > top && other.right > right;
      if (beside) expect(other.left - right).toBeGreaterThanOrEqual(400);
    }
  }
});
