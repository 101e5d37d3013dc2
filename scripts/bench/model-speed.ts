// Tokens a second of the whole product (journal, streaming to the canvas, metrics, classification of the prompt) beside
// those of the bare engine with the same model, library and requests, in turns in the same run.
// `bun scripts/bench/model-speed.ts [--parameters 500e6] [--tokens 64] [--rounds 3]`; the model has random weights.
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { temporaryFolder } from "../../src/e2e/at-exit.ts";
import { Harness } from "../../src/e2e/harness.ts";
import { writeRandomModel } from "./model/random-model.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";

const GOAL_RATIO = 0.98;
const CONTEXT = 1024;
const THREADS = 1;
const DEMO = join(import.meta.dir, "../../src/models/demo/demo-text.gguf");
/** As long as the service's own. */
const INTENT_SYSTEM = 'You classify canvas prompts. Answer as JSON {"type":"text"|"image","content":"..."}.';
const ANSWER_SYSTEM =
  "You answer questions on a team's whiteboard. Be correct and brief. Write plain text without Markdown, in the language of the question.";

const { report, options } = beginBench({ parameters: 500e6, tokens: 64, rounds: 3 });

interface Outcome {
  readonly ms: number;
  readonly tokens: number;
}

const speed = ({ ms, tokens }: Outcome) => (tokens * 1000) / ms;

async function startBare(model: string, sequences: number) {
  const script = join(import.meta.dir, "model/bare-engine.ts");
  const child = Bun.spawn([process.execPath, script, model, `${sequences}`, `${CONTEXT}`, `${THREADS}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: Readable.fromWeb(child.stdout as never) })[Symbol.asyncIterator]();
  await lines.next();
  const run = async (prompts: readonly string[]): Promise<Outcome> => {
    const systems = { intentSystem: INTENT_SYSTEM, answerSystem: ANSWER_SYSTEM };
    child.stdin.write(`${JSON.stringify({ prompts, ...systems, answerTokens: options.tokens })}\n`);
    child.stdin.flush();
    return JSON.parse(String((await lines.next()).value));
  };
  return { run, stop: () => child.kill() };
}

async function startWhole(model: string, sequences: number) {
  const harness = await Harness.start();
  const service = await harness.runReady({
    LLAMA_MODEL_PATH: model,
    LLAMA_CONTEXT_SIZE: `${CONTEXT}`,
    LLAMA_THREADS: `${THREADS}`,
    MAX_CONCURRENT: `${sequences}`,
    OPENAI_NOTE_RESPONSE_TOKENS: `${options.tokens}`,
    CANVUSLLM_PROMPT_SETTLE_MS: "0",
    PROCESSING_TIMEOUT: "1h",
  });
  let answered = 0;
  const run = async (prompts: readonly string[]): Promise<Outcome> => {
    const from = service.log.length;
    const begun = performance.now();
    await Promise.all(
      prompts.map((prompt, n) => harness.canvas.addNote(`{{${prompt}}}`, { location: { x: 0, y: 600 * n } })),
    );
    answered += prompts.length;
    // Random words are slow to come: longer than the patience of a test.
    while (service.log.filter(({ message }) => message === "prompt answered").length < answered) {
      if (service.log.some(({ message }) => message === "prompt failed"))
        throw new Error("a prompt failed: there is nothing to compare");
      await Bun.sleep(5);
    }
    const ms = performance.now() - begun;
    const done = service.log.slice(from).filter(({ message }) => message === "inference done");
    return { ms, tokens: done.reduce((sum, line) => sum + Number(line.completion_tokens), 0) };
  };
  return { run, stop: () => harness.close() };
}

async function compare(model: string, atOnce: number): Promise<void> {
  const [bare, whole] = [await startBare(model, atOnce), await startWhole(model, atOnce)];
  const speeds = { bare: [] as number[], whole: [] as number[] };
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      const prompts = Array.from(
        { length: atOnce },
        (_, n) => `Why is plan ${round} better than plan ${n + 10}?`,
      );
      speeds.bare.push(speed(await bare.run(prompts)));
      speeds.whole.push(speed(await whole.run(prompts)));
    }
  } finally {
    bare.stop();
    await whole.stop();
  }
  const [own, peer] = [quantile(speeds.whole, 0.5), quantile(speeds.bare, 0.5)];
  const name = `${atOnce} at once`;
  report.add(
    {
      name: `whole product, ${name}`,
      value: own,
      unit: "tokens/s",
      beside: { what: "bare engine", value: peer },
    },
    { name: `whole ÷ bare, ${name}`, value: own / peer, unit: "×", goal: { atLeast: GOAL_RATIO } },
  );
}

const folder = await temporaryFolder("cll-model-");
try {
  const model = join(folder.path, "random.gguf");
  await writeRandomModel(model, DEMO, options.parameters);
  await compare(model, 1);
  await compare(model, 8);
  await report.end();
} finally {
  await folder.remove();
}
