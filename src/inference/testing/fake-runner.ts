/**
 * A runner that misbehaves on demand, as a real process that speaks the real protocol. Its arguments say how it
 * starts, the text of a prompt says what it does with it.
 */
import { appendFileSync, readFileSync, writeSync } from "node:fs";
import {
  type LoadOptions,
  type MessageFromRunner,
  PROTOCOL_VERSION,
  parseMessageToRunner,
} from "../protocol.ts";
import type { WorkRequest } from "../runner-work.ts";

const [startup = "", file = ""] = process.argv.slice(2);
const cancellable = new Set<number>();
const EATEN_PER_TOKEN = 32 * 1024;
const hoard: Uint8Array[] = [];
let progress = 0;
let silent = false;

function say(message: MessageFromRunner | { type: "nonsense" }): void {
  process.send?.(message);
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/** The two bytes that every PNG file begins with do for a picture. */
const PICTURE = new Uint8Array([0x89, 0x50]);

function answer(id: number, request: WorkRequest, text: string): void {
  if (request.kind === "tokens") {
    say({ type: "done", id, result: { counts: request.texts.map(({ length }) => length) } });
  } else if (request.kind === "image") draw(id, request);
  else write(id, text);
}

function draw(id: number, { steps, width, height }: Extract<WorkRequest, { kind: "image" }>): void {
  for (let step = 1; step <= steps; step++) say({ type: "step", id, step, steps });
  const metrics = { queue_ms: 0, load_ms: 0, generation_ms: 1 };
  say({ type: "done", id, result: { png: PICTURE, width, height, model: "fake", metrics } });
}

function write(id: number, text: string): void {
  say({ type: "text", id, piece: text, tokens: 1 });
  const metrics = {
    queue_ms: 0,
    load_ms: 0,
    prompt_tokens: 1,
    prompt_ms: 1,
    completion_tokens: 1,
    generation_ms: 1,
    ttft_ms: 1,
    prompt_tokens_per_second: 1,
    completion_tokens_per_second: 1,
  };
  say({
    type: "done",
    id,
    result: { text, model: "fake", stopReason: "stop", promptTokensCut: 0, metrics },
  });
}

function promptOf(request: WorkRequest): string {
  if (request.kind === "text") return request.messages.at(-1)?.content ?? "";
  return request.kind === "tokens" ? "" : request.prompt;
}

function work(id: number, request: WorkRequest): void {
  const prompt = promptOf(request);
  if (prompt === "crash") {
    say({ type: "text", id, piece: "half an ans", tokens: 3 });
    die();
  } else if (prompt === "hang") {
    while (prompt === "hang") progress++;
  } else if (prompt === "devour") {
    while (prompt === "devour") hoard.push(new Uint8Array(1024 * EATEN_PER_TOKEN).fill(1));
  } else if (prompt === "silent") silent = true;
  else if (prompt === "stall" || prompt === "wait") cancellable.add(id);
  else if (prompt === "nonsense") say({ type: "nonsense" });
  else if (prompt === "babble") {
    process.stdout.write(`${"garbage".repeat(100_000)}\n`);
    process.stderr.write(new Uint8Array([0xff, 0xfe, 0x00, 0x0a]));
    answer(id, request, "survived");
  } else if (prompt === "fail") {
    say({ type: "failed", id, error: { code: "INFERENCE_FAILED", message: "as asked" } });
  } else if (prompt === "liar") say({ type: "done", id, result: { text: 42 } });
  else answer(id, request, `echo: ${prompt}`);
}

/** Really takes memory, as much as the context would; without enough of it, it dies as native code does. */
function eat(options: LoadOptions): void {
  if (options.kind !== "text") return;
  const { contextSize, sequences, batchSize } = options;
  try {
    for (let eaten = 0; eaten < contextSize * sequences; eaten += 1024) {
      hoard.push(new Uint8Array(1024 * EATEN_PER_TOKEN).fill(1));
    }
    hoard.push(new Uint8Array(batchSize * EATEN_PER_TOKEN).fill(1));
  } catch {
    process.kill(process.pid, "SIGABRT");
  }
}

function load(options: LoadOptions): void {
  const { gpu, modelPath } = options;
  const contextSize = options.kind === "image" ? 0 : options.contextSize;
  if (startup.endsWith("load") && file !== "") appendFileSync(file, `${gpu}\n`);
  if (startup === "eats") eat(options);
  if (startup === "dies-saying") {
    writeSync(process.stderr.fd, `${file}\n`);
    process.kill(process.pid, "SIGSEGV");
  }
  if (startup === "crash-at-load") die();
  else if (startup === "crash-at-first-load" && readFileSync(file, "utf8").split("\n").length === 2) die();
  else if (startup === "hang-at-load") return;
  else if (startup === "load-fails") {
    say({ type: "loadFailed", error: { code: "MODEL_LOAD_FAILED", message: "The model cannot be loaded." } });
  } else if (startup.startsWith("context-at-most=") && contextSize > Number(startup.split("=")[1])) {
    say({
      type: "loadFailed",
      error: { code: "OUT_OF_MEMORY", message: "The model does not fit into memory." },
    });
  } else {
    const model = {
      name: "fake",
      path: modelPath,
      quantization: "F16",
      contextSize,
      gpu: "off",
      threads: 1,
      isDemo: false,
    } as const;
    say({ type: "loaded", model, load_ms: 1, rss_bytes: process.memoryUsage.rss(), vram_bytes: 0 });
  }
}

process.on("message", (value) => {
  const message = parseMessageToRunner(value);
  if (message?.type === "load") load(message.options);
  else if (message?.type === "run") work(message.id, message.request);
  else if (message?.type === "cancel" && cancellable.delete(message.id)) {
    say({
      type: "failed",
      id: message.id,
      error: { code: "CANCELLED", message: "The answer was cancelled." },
    });
  } else if (message?.type === "shutdown" && startup !== "stubborn") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
if (startup === "stubborn") process.on("SIGTERM", () => undefined);
if (startup === "wrong-version") say({ type: "hello", protocol: PROTOCOL_VERSION + 1 });
else if (startup !== "mute") say({ type: "hello", protocol: PROTOCOL_VERSION });
setInterval(() => {
  if (!silent) say({ type: "heartbeat", progress, rss: 1_000_000 });
}, 50);
