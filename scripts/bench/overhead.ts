// What the service adds to an inference: the time from the event that brings a question to its whole answer on the
// canvas, minus what the model computed; and the same to the moment when the status line is gone, too. Beside it the
// five requests to the same server that no answer can do without.
// `bun scripts/bench/overhead.ts [--prompts 200]`. With the demo model, one question after the other.
import { Harness } from "../../src/e2e/harness.ts";
import type { TestCanvas } from "../../src/e2e/test-canvas.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";

const GOAL_P99_MS = 10;
const WARM_UP = 20;
const COUNTRIES = ["France", "Spain", "Japan", "Italy", "Germany"];

const { report, options } = beginBench({ prompts: 200 });
const harness = await Harness.start();

/** Reading the note, taking the question, creating the answer, writing its last text, taking the status line away. */
async function fiveRequests(canvas: TestCanvas, n: number): Promise<number> {
  const note = await canvas.addNote("A note like any other", { location: { x: 0, y: 400 * n } });
  const begun = performance.now();
  await canvas.request("GET", `/widgets/${note.id}`);
  await canvas.patchNote(note.id, { text: "taken" });
  const answer = await canvas.addNote("The answer", { location: { x: 400, y: 400 * n } });
  await canvas.patchNote(answer.id, { text: "The whole answer" });
  await canvas.patchNote(note.id, { text: "done" });
  const took = performance.now() - begun;
  await canvas.deleteNote(note.id);
  await canvas.deleteNote(answer.id);
  return took;
}

interface Answered {
  readonly id: string;
  readonly answerId: string;
  /** From our stream showing the question to it showing the last text of the answer. */
  readonly postedMs: number;
  /** … and to it showing that nothing is left to do. */
  readonly endedMs: number;
}

async function ask(canvas: TestCanvas, country: string): Promise<Answered> {
  const { id } = await canvas.addNote(`{{What is the capital of ${country}?}}`, {
    location: { x: 100, y: 100 },
  });
  await canvas.until(({ notes }) => notes.find((note) => note.id === id));
  const begun = performance.now();
  let posted = { text: "", at: begun };
  const unfollow = canvas.onChange(() => {
    const text = canvas.answers[0]?.text ?? "";
    if (text !== posted.text) posted = { text, at: performance.now() };
  });
  const answer = await canvas.until(({ notes, answers, history }) => {
    const question = notes.find((note) => note.id === id);
    const wasTaken = history.get(id)?.some((text) => text.includes("⏳"));
    return wasTaken && !question?.text.includes("⏳") ? answers[0] : undefined;
  });
  const endedMs = performance.now() - begun;
  unfollow();
  return { id, answerId: answer.id, postedMs: posted.at - begun, endedMs };
}

try {
  const service = await harness.runReady({ CANVUSLLM_PROMPT_SETTLE_MS: "0", MAX_CONCURRENT: "1" });
  const { canvas } = harness;
  const posted: number[] = [];
  const ended: number[] = [];
  const inferences: number[] = [];
  const floors: number[] = [];
  for (let n = -WARM_UP; n < options.prompts; n += 1) {
    const floor = await fiveRequests(canvas, 5);
    const { id, answerId, postedMs, endedMs } = await ask(
      canvas,
      COUNTRIES[(n + WARM_UP) % COUNTRIES.length] ?? "",
    );
    const end = await service.logged(
      ({ message, widget_id }) => message === "prompt answered" && widget_id === id,
    );
    const inference = service.log
      .filter((line) => line.message === "inference done" && line.correlation_id === end.correlation_id)
      .reduce((sum, line) => sum + Number(line.prompt_ms) + Number(line.generation_ms), 0);
    await canvas.deleteNote(id);
    await canvas.deleteNote(answerId);
    await canvas.until(({ notes }) => (notes.length === 0 ? true : undefined));
    if (n < 0) continue;
    posted.push(postedMs - inference);
    ended.push(endedMs - inference);
    inferences.push(inference);
    floors.push(floor);
  }
  const beside = (share: number) => ({ what: "five bare requests", value: quantile(floors, share) });
  report.add(
    { name: "overhead of an answer, p50", value: quantile(posted, 0.5), unit: "ms", beside: beside(0.5) },
    {
      name: "overhead of an answer, p99",
      value: quantile(posted, 0.99),
      unit: "ms",
      goal: { atMost: GOAL_P99_MS },
      beside: beside(0.99),
    },
    { name: "… and until the status line is gone, p50", value: quantile(ended, 0.5), unit: "ms" },
    { name: "… and until the status line is gone, p99", value: quantile(ended, 0.99), unit: "ms" },
    { name: "inference of the demo model, p50", value: quantile(inferences, 0.5), unit: "ms" },
  );
  await report.end();
} finally {
  await harness.close();
}
