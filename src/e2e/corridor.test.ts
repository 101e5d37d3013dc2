import { afterEach, expect, test } from "bun:test";
import { Harness } from "./harness.ts";
import type { TestNote } from "./test-canvas.ts";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

function overlap(one: TestNote, other: TestNote): boolean {
  const [a, b] = [one, other].map(({ location, size, scale }) => ({
    left: location.x,
    top: location.y,
    right: location.x + size.width * scale,
    bottom: location.y + size.height * scale,
  }));
  if (!a || !b) return false;
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

test("a question in a note is answered beside it, and the journal tells the story", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  const at = { x: 1000, y: 800 };
  const question = await harness.canvas.addNote("{{What is the capital of France?}}", { location: at });
  const answer = await harness.canvas.answerWith("Paris.", question.id);

  const asked = harness.canvas.notes.find((note) => note.id === question.id);
  expect(asked?.text).toBe("What is the capital of France?");
  expect(answer.location.x).toBeGreaterThanOrEqual(at.x + question.size.width);
  expect(answer.location.y).toBe(at.y);
  expect(harness.canvas.history.get(question.id)?.some((text) => /\n\n⏳ AI: /.test(text))).toBe(true);

  expect(await service.stop()).toBe(143);
  const [row, ...others] = harness.rows("processing_history");
  expect(others).toEqual([]);
  expect(answer.title).toBe(`AI answer ${row?.correlation_id}`);
  expect(row).toMatchObject({
    canvas_id: "canvas-1",
    widget_id: question.id,
    response_widget_id: answer.id,
    operation_type: "note_prompt",
    prompt: "What is the capital of France?",
    response: "Paris.",
    model: "CanvusLocalLLM demo",
    status: "succeeded",
    error_message: null,
  });
  expect(Number(row?.prompt_tokens)).toBeGreaterThan(0);
  expect(Number(row?.completion_tokens)).toBeGreaterThan(0);
  expect(Number(row?.duration_ms)).toBeGreaterThan(0);
  expect(String(row?.completed_at)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test("twenty questions on two canvases at once: each answered once, nothing on top of anything", async () => {
  harness = await Harness.start(["left", "right"]);
  const service = await harness.runReady({ MAX_CONCURRENT: "4" });
  const capitals = ["France", "Spain", "Japan", "Italy", "Germany"];
  const asked = await Promise.all(
    harness.canvases.flatMap((canvas) =>
      Array.from({ length: 10 }, (_, n) =>
        canvas.addNote(`{{What is the capital of ${capitals[n % 5]}?}}`, {
          location: { x: 400 + (n % 5) * 320, y: 400 + Math.floor(n / 5) * 320 },
        }),
      ),
    ),
  );
  expect(asked).toHaveLength(20);
  for (const canvas of harness.canvases) {
    await canvas.until(() => {
      const waiting = canvas.notes.some((note) => /⏳|\{\{/.test(note.text));
      return canvas.answers.length >= 10 && !waiting ? true : undefined;
    });
    expect(canvas.answers.map((note) => note.text).sort()).toEqual(
      ["Berlin.", "Madrid.", "Paris.", "Rome.", "Tokyo."].flatMap((city) => [city, city]),
    );
    for (const answer of canvas.answers) {
      const covered = canvas.notes.filter((note) => note.id !== answer.id && overlap(note, answer));
      expect(covered).toEqual([]);
    }
  }
  await service.loggedTimes(20, (line) => line.message === "prompt answered");
  expect(harness.statuses()).toEqual(Array(20).fill("succeeded"));
});

test("what is still being typed is not answered; the whole question is, once", async () => {
  harness = await Harness.start();
  await harness.runReady({ CANVUSLLM_PROMPT_SETTLE_MS: "600" });
  const note = await harness.canvas.addNote("");
  await harness.helper("type-text", {
    canvas_id: harness.canvas.id,
    widget_id: note.id,
    text: "{{What is the opposite of hot?}} Or of what else, I wonder",
    cadence_ms: 20,
  });
  await harness.canvas.until(() => (harness.canvas.answers.length > 0 ? true : undefined));
  const [row, ...others] = harness.rows("processing_history");
  expect(others).toEqual([]);
  expect(row?.prompt).toBe("What is the opposite of hot? Or of what else, I wonder");
});

test("unclosed braces are no question", async () => {
  harness = await Harness.start();
  await harness.runReady();
  await harness.canvas.addNote("{{What is the capital of France?");
  const closed = await harness.canvas.addNote("{{What is the capital of Spain?}}");
  await harness.canvas.answerWith("Madrid.", closed.id);
  expect(harness.rows("processing_history")).toHaveLength(1);
});

test("a nested, scaled note gets its answer beside it on the canvas, drawn as large as itself", async () => {
  harness = await Harness.start();
  await harness.runReady();
  const parent = await harness.canvas.addNote("a board", {
    location: { x: 2000, y: 1000 },
    size: { width: 200, height: 200 },
    scale: 0.5,
  });
  const question = await harness.canvas.addNote("{{What is the capital of Italy?}}", {
    parent_id: parent.id,
    location: { x: 300, y: 100 },
    scale: 0.8,
  });
  const answer = await harness.canvas.answerWith("Rome.", question.id);
  expect(answer.scale).toBeCloseTo(0.4);
  expect(answer.location.x).toBeGreaterThanOrEqual(2000 + 0.5 * 300 + 0.4 * question.size.width);
  expect(answer.location.y).toBeCloseTo(1000 + 0.5 * 100);
});

test("a picture cannot be made yet: a friendly note says so, with the way on", async () => {
  harness = await Harness.start();
  await harness.runReady();
  const question = await harness.canvas.addNote("{{image: a red fox}}");
  const note = await harness.canvas.until(() => harness.canvas.answers[0]);
  expect(note.text).toContain("No image model is set up");
  expect(note.text).toContain("SD_MODEL_PATH");
  await harness.canvas.until(() => {
    const asked = harness.canvas.notes.find(({ id }) => id === question.id);
    return asked?.text === "image: a red fox" ? true : undefined;
  });
  const [row] = harness.rows("processing_history");
  expect(note.text).toContain(String(row?.correlation_id));
});

test("a note deleted while it waits takes its answer with it", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  const [runner] = await service.children();
  process.kill(runner ?? 0, "SIGSTOP");
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.until(() =>
    harness.canvas.history.get(question.id)?.find((text) => text.includes("⏳")),
  );
  await harness.canvas.deleteNote(question.id);
  await service.logged((line) => line.message === "prompt cancelled");
  process.kill(runner ?? 0, "SIGCONT");
  expect(harness.canvas.notes).toEqual([]);
  expect(harness.statuses()).toEqual(["cancelled"]);
});
