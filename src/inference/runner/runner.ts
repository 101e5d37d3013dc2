import { AppError, toAppError } from "../../errors/app-error.ts";
import {
  type LoadOptions,
  type MessageFromRunner,
  type MessageToRunner,
  PROTOCOL_VERSION,
  parseMessageToRunner,
  type RunnerFailure,
} from "../protocol.ts";
import type { WorkRequest } from "../runner-work.ts";
import type { LoadEngine, RunnerEngine } from "./engine.ts";
import { TextCoalescer } from "./text-coalescer.ts";

const HEARTBEAT_MS = 1000;
const MAX_ERROR_LENGTH = 4000;

export interface RunnerChannel {
  send(message: MessageFromRunner): void;
  /** Calls back with everything that arrives, checked by nobody yet. */
  onMessage(listener: (message: unknown) => void): void;
}

/** The runner's side of the protocol: one engine, its requests, and a heartbeat. */
export class Runner {
  readonly #channel: RunnerChannel;
  readonly #loadEngine: LoadEngine;
  readonly #requests = new Map<number, AbortController>();
  readonly #ended = Promise.withResolvers<void>();
  #engine: RunnerEngine | null = null;
  #loading = false;

  constructor(channel: RunnerChannel, loadEngine: LoadEngine) {
    this.#channel = channel;
    this.#loadEngine = loadEngine;
  }

  /** Serves until the service says `shutdown`. */
  async run(): Promise<void> {
    this.#channel.onMessage((value) => this.#receive(value));
    this.#channel.send({ type: "hello", protocol: PROTOCOL_VERSION });
    const heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    await this.#ended.promise;
    clearInterval(heartbeat);
    for (const request of this.#requests.values()) request.abort();
    await this.#engine?.dispose();
  }

  #beat(): void {
    const rss = process.memoryUsage.rss();
    this.#channel.send({ type: "heartbeat", progress: this.#engine?.progress ?? 0, rss });
  }

  #receive(value: unknown): void {
    const message = parseMessageToRunner(value);
    if (message === null) {
      this.#channel.send({
        type: "log",
        level: "error",
        message: "Ignored a message that is not in the protocol",
      });
      return;
    }
    this.#handle(message);
  }

  #handle(message: MessageToRunner): void {
    if (message.type === "load") void this.#load(message.options);
    else if (message.type === "run") void this.#run(message.id, message.correlationId, message.request);
    else if (message.type === "cancel") this.#requests.get(message.id)?.abort();
    else this.#ended.resolve();
  }

  async #load(options: LoadOptions): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const begun = performance.now();
    try {
      this.#engine = await this.#loadEngine(options, {
        onProgress: (fraction) => this.#channel.send({ type: "loadProgress", fraction }),
        log: (level, message) => this.#channel.send({ type: "log", level, message }),
      });
      const { model, vramBytes, workBytes = 0 } = this.#engine;
      this.#channel.send({
        type: "loaded",
        model,
        load_ms: performance.now() - begun,
        rss_bytes: process.memoryUsage.rss() + (model.gpu === "off" ? workBytes : 0),
        vram_bytes: vramBytes + (model.gpu === "off" ? 0 : workBytes),
      });
    } catch (error) {
      this.#channel.send({ type: "loadFailed", error: failure(error, "MODEL_LOAD_FAILED") });
    }
  }

  async #run(id: number, correlationId: string, request: WorkRequest): Promise<void> {
    const abort = new AbortController();
    const text = new TextCoalescer((piece, tokens) =>
      this.#channel.send({ type: "text", id, piece, tokens }),
    );
    this.#requests.set(id, abort);
    try {
      if (this.#engine === null) throw new AppError("INFERENCE_FAILED", "No model is loaded.");
      const result = await this.#engine.run(request, {
        signal: abort.signal,
        onText: (piece, tokens) => text.push(piece, tokens),
        onStep: (step, steps) => this.#channel.send({ type: "step", id, step, steps }),
      });
      text.flush();
      this.#channel.send({ type: "done", id, result });
    } catch (error) {
      text.flush();
      const reported = failure(error, "INFERENCE_FAILED");
      if (reported.code !== "CANCELLED") {
        this.#channel.send({ type: "log", level: "warn", message: reported.message, correlationId });
      }
      this.#channel.send({ type: "failed", id, error: reported });
    } finally {
      this.#requests.delete(id);
    }
  }
}

function failure(thrown: unknown, unexpected: RunnerFailure["code"]): RunnerFailure {
  const error = toAppError(thrown);
  const code = error.code === "INTERNAL" ? unexpected : error.code;
  return { code, message: error.message.slice(0, MAX_ERROR_LENGTH) };
}
