import { basename } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  type ChatWrapper,
  type GbnfJsonObjectSchema,
  LlamaChat,
  type LlamaContextSequence,
  type LlamaGrammar,
  resolveChatWrapper,
  type Token,
} from "node-llama-cpp";
import { AppError } from "../../errors/app-error.ts";
import type { LoadOptions, ModelInfo } from "../protocol.ts";
import {
  type EngineLoadHooks,
  type EngineWorkHooks,
  notMyWork,
  type RunnerEngine,
} from "../runner/engine.ts";
import type { WorkRequest, WorkResult } from "../runner-work.ts";
import type { ChatMessage, TextRequest, TextResult } from "../text-engine.ts";
import { chatHistory, promptTokens } from "./chat-history.ts";
import { fitPrompt } from "./fit-prompt.ts";
import { GenerationClock } from "./generation-clock.ts";
import { type LoadedLlama, loadLlama } from "./load-llama.ts";
import { readPrompt } from "./read-prompt.ts";

/** Tokens left free in a context for what the chat template adds around the answer. */
const TEMPLATE_RESERVE = 16;
/** Compiled schemas kept; the product uses a handful. */
const MAX_GRAMMARS = 16;
/** llama.cpp's own defaults; without them rare tokens spoil answers of small models. Only used above temperature 0. */
const SAMPLING = { topK: 40, topP: 0.95, minP: 0.05 } as const;

/** One of the sequences of the shared context: computes one request at a time and remembers its last prompt. */
interface Slot {
  readonly sequence: LlamaContextSequence;
  readonly chat: LlamaChat;
  busy: boolean;
}

/** llama.cpp as a text engine. Runs in a runner only: native code may crash or hang at any time. */
export class LlamaTextEngine implements RunnerEngine {
  readonly model: ModelInfo;
  readonly vramBytes: number;
  readonly #loaded: LoadedLlama;
  readonly #slots: readonly Slot[];
  readonly #chatWrapper: ChatWrapper;
  readonly #grammars = new Map<string, LlamaGrammar>();
  #counted = 0;

  private constructor(loaded: LoadedLlama, options: LoadOptions<"text">) {
    this.#loaded = loaded;
    this.vramBytes = loaded.vramBytes;
    // Once for all slots: finding the wrapper renders the model's template many times, which takes half a second.
    this.#chatWrapper = resolveChatWrapper(loaded.model);
    this.#slots = Array.from({ length: options.sequences }, () => {
      const sequence = loaded.context.getSequence();
      return {
        sequence,
        chat: new LlamaChat({ contextSequence: sequence, chatWrapper: this.#chatWrapper }),
        busy: false,
      };
    });
    this.model = {
      name: loaded.facts.name ?? basename(options.modelPath, ".gguf"),
      path: options.modelPath,
      quantization: loaded.facts.quantization,
      contextSize: loaded.context.contextSize,
      gpu: loaded.llama.gpu === false ? "off" : loaded.llama.gpu,
      threads: loaded.threads,
      isDemo: options.isDemo,
    };
  }

  /** @throws AppError as loadLlama does */
  static async load(options: LoadOptions<"text">, hooks: EngineLoadHooks): Promise<LlamaTextEngine> {
    return new LlamaTextEngine(await loadLlama(options, hooks), options);
  }

  /** Tokens that were read, written or counted, in whatever request. */
  get progress(): number {
    return this.#slots.reduce((sum, { sequence }) => {
      const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter.getState();
      return sum + usedInputTokens + usedOutputTokens;
    }, this.#counted);
  }

  async run(request: WorkRequest, hooks: EngineWorkHooks): Promise<WorkResult> {
    if (request.kind === "text") return this.#generate(request, hooks);
    if (request.kind === "tokens") return { counts: await this.#count(request.texts, hooks.signal) };
    throw notMyWork(request.kind);
  }

  async #count(texts: readonly string[], signal: AbortSignal): Promise<number[]> {
    const counts: number[] = [];
    for (const text of texts) {
      const { length } = this.#loaded.model.tokenize(text);
      this.#counted += length;
      counts.push(length);
      // Counting is synchronous: messages and the heartbeat get their turn in between.
      await setImmediate();
      if (signal.aborted) throw new AppError("CANCELLED", "The counting was cancelled.");
    }
    return counts;
  }

  /** At most as many at a time as there are sequences. */
  async #generate(request: TextRequest, hooks: EngineWorkHooks): Promise<TextResult> {
    const fitted = this.#fit(request);
    const slot = this.#takeSlot(fitted.messages);
    try {
      return await this.#answer(slot, request, fitted, hooks);
    } catch (error) {
      // What an interrupted request left in the sequence is of no use to the next one.
      await slot.sequence.clearHistory().catch(() => undefined);
      if (hooks.signal.aborted)
        throw new AppError("CANCELLED", "The answer was cancelled.", { cause: error });
      throw error;
    } finally {
      slot.busy = false;
    }
  }

  async dispose(): Promise<void> {
    await this.#loaded.context.dispose();
    await this.#loaded.model.dispose();
    await this.#loaded.llama.dispose();
  }

  async #answer(
    slot: Slot,
    request: TextRequest,
    fitted: { messages: readonly ChatMessage[]; promptTokens: number; tokensCut: number },
    hooks: EngineWorkHooks,
  ): Promise<TextResult> {
    const clock = new GenerationClock(slot.sequence.tokenMeter);
    const room = this.model.contextSize - fitted.promptTokens - TEMPLATE_RESERVE;
    const maxTokens = Math.min(request.maxTokens, room);
    const grammar = await this.#grammar(request.jsonSchema);
    const tokens = this.#tokens(fitted.messages);
    await readPrompt(slot.sequence, tokens, this.#loaded.context.batchSize, hooks.signal);
    const { response, metadata } = await slot.chat.generateResponse(chatHistory(fitted.messages), {
      signal: hooks.signal,
      maxTokens,
      temperature: request.temperature,
      ...(request.temperature > 0 ? SAMPLING : {}),
      ...(grammar === undefined ? {} : { grammar }),
      // A model that thinks before it answers must keep half of the tokens for the answer.
      budgets: { thoughtTokens: Math.floor(maxTokens / 2) },
      onResponseChunk: ({ type, text, tokens }) => {
        clock.output(tokens.length);
        // What a model thinks before its answer is a segment of a type.
        if (type === undefined) hooks.onText(text, tokens.length);
      },
    });
    return {
      text: response,
      model: this.model.name,
      stopReason: metadata.stopReason === "maxTokens" ? "length" : "stop",
      promptTokensCut: fitted.tokensCut,
      metrics: clock.metrics(fitted.promptTokens),
    };
  }

  #fit(request: TextRequest) {
    const { contextSize } = this.model;
    const answer = Math.min(request.maxTokens, Math.floor(contextSize / 2));
    const { model } = this.#loaded;
    const fitted = fitPrompt<Token>(request.messages, contextSize - answer - TEMPLATE_RESERVE, {
      countPrompt: (messages) => this.#tokens(messages).length,
      tokenize: (text) => model.tokenize(text),
      detokenize: (tokens) => model.detokenize(tokens),
    });
    if (fitted !== null) return fitted;
    throw new AppError(
      "INFERENCE_FAILED",
      `The prompt does not fit into the model's context of ${contextSize} tokens.`,
    );
  }

  #tokens(messages: readonly ChatMessage[]): Token[] {
    return promptTokens(this.#chatWrapper, messages, this.#loaded.model.tokenizer);
  }

  /** The free slot that has read most of this prompt's beginning before: a repeated system prompt costs nothing then. */
  #takeSlot(messages: readonly ChatMessage[]): Slot {
    const tokens = this.#tokens(messages);
    const free = this.#slots.filter((slot) => !slot.busy);
    const known = (slot: Slot) => slot.sequence.compareContextTokens(tokens).firstDifferentIndex;
    const [first, ...others] = free;
    if (first === undefined)
      throw new AppError("QUEUE_FULL", "The text engine computes as many requests as it can.");
    const slot = others.reduce((best, next) => (known(next) > known(best) ? next : best), first);
    slot.busy = true;
    return slot;
  }

  async #grammar(schema: TextRequest["jsonSchema"]): Promise<LlamaGrammar | undefined> {
    if (schema === undefined) return undefined;
    const key = JSON.stringify(schema);
    const known = this.#grammars.get(key);
    if (known !== undefined) return known;
    const grammar = await this.#loaded.llama.createGrammarForJsonSchema(schema as GbnfJsonObjectSchema);
    const [oldest] = this.#grammars.keys();
    if (this.#grammars.size >= MAX_GRAMMARS && oldest !== undefined) this.#grammars.delete(oldest);
    this.#grammars.set(key, grammar);
    return grammar;
  }
}
