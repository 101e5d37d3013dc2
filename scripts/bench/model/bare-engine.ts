// llama.cpp through its binding and nothing else, as a process of its own: reads lines of JSON, a list of prompts each,
// computes for each prompt what the service has computed for it, and says how long all of them took.
import { createInterface } from "node:readline";
import { getLlama, LlamaChat, resolveChatWrapper } from "node-llama-cpp";

const [path = "", sequences = "1", contextSize = "1024", threads = "1"] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, progressLogs: false });
const model = await llama.loadModel({ modelPath: path });
const context = await model.createContext({
  sequences: Number(sequences),
  contextSize: Number(contextSize),
  threads: Number(threads),
  batchSize: 128,
});
const chatWrapper = resolveChatWrapper(model);
const chats = Array.from({ length: Number(sequences) }, () => {
  const contextSequence = context.getSequence();
  return { contextSequence, chat: new LlamaChat({ contextSequence, chatWrapper }) };
});
const grammar = await llama.createGrammarForJsonSchema({
  type: "object",
  properties: { type: { enum: ["text", "image"] } },
  required: ["type"],
  additionalProperties: false,
} as const);

interface Job {
  readonly prompts: readonly string[];
  readonly intentSystem: string;
  readonly answerSystem: string;
  readonly answerTokens: number;
}

async function answer(prompt: string, at: number, job: Job): Promise<void> {
  const { chat } = chats[at] ?? {};
  const history = (system: string) => [
    { type: "system" as const, text: system },
    { type: "user" as const, text: prompt },
    { type: "model" as const, response: [] },
  ];
  await chat?.generateResponse(history(job.intentSystem), { maxTokens: 24, temperature: 0, grammar });
  await chat?.generateResponse(history(job.answerSystem), {
    ...{ maxTokens: job.answerTokens, temperature: 0.3, topK: 40, topP: 0.95, minP: 0.05 },
  });
}

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const job: Job = JSON.parse(line);
  const tokens = () =>
    chats.reduce((sum, { contextSequence }) => sum + contextSequence.tokenMeter.usedOutputTokens, 0);
  const before = tokens();
  const begun = performance.now();
  await Promise.all(job.prompts.map((prompt, at) => answer(prompt, at, job)));
  const ms = performance.now() - begun;
  process.stdout.write(`${JSON.stringify({ ms, tokens: tokens() - before })}\n`);
}
