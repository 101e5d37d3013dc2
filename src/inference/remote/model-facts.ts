import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { AppError } from "../../errors/app-error.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { listedContextSize, listModels, nameModels } from "./model-list.ts";
import { remoteError } from "./remote-errors.ts";
import type { ServerClient } from "./server-client.ts";

/**
 * Taken where neither a setting nor the server tells: what nearly every model served today can read at least, and more
 * than ollama's 4096, which it cuts to without a word.
 */
const DEFAULT_CONTEXT_SIZE = 8192;
/** Texts that are counted at the same time. */
const COUNTED_AT_ONCE = 4;

const Props = Type.Object({
  default_generation_settings: Type.Object({ n_ctx: Type.Number({ minimum: 1 }) }),
});
/** vLLM tells the number, llama-server only the tokens. */
const Tokenized = Type.Object({ count: Type.Optional(Type.Number()), tokens: Type.Array(Type.Unknown()) });

/** What is known of one model on a server: each is asked once, when it is first needed, and again after a failure. */
export class ModelFacts {
  readonly #client: ServerClient;
  readonly #givenName: string | undefined;
  readonly #givenContextSize: number;
  #name: string | null = null;
  #contextSize: number | null = null;
  #counts = true;

  /**
   * @param name as the server knows it; undefined for the only one that it has
   * @param contextSize tokens of prompt and answer together; 0 asks the server
   */
  constructor(client: ServerClient, name: string | undefined, contextSize: number) {
    this.#client = client;
    this.#givenName = name;
    this.#givenContextSize = contextSize;
  }

  /** @returns null while it is not known */
  get knownName(): string | null {
    return this.#givenName ?? this.#name;
  }

  /** @throws AppError REMOTE_MODEL_UNKNOWN when none is named and the server does not have exactly one; REMOTE_* */
  async name(signal: AbortSignal): Promise<string> {
    const known = this.knownName;
    if (known !== null) return known;
    const models = await listModels(this.#client, signal).catch((error) => {
      // sd-server and others have one model, no list of it, and take any name.
      if (error instanceof AppError && error.context.status_code === 404) return [{ id: "default" }];
      throw error;
    });
    const [only, ...others] = models;
    if (only === undefined || others.length > 0) {
      const has = only === undefined ? "no model" : `several models: ${nameModels(models)}`;
      const message = `No model is named in the settings, and ${this.#client.server.host} has ${has}.`;
      throw remoteError("REMOTE_MODEL_UNKNOWN", this.#client.asked(null), message);
    }
    this.#name = only.id;
    return only.id;
  }

  /** @returns tokens of prompt and answer together. Never rejects but with AppError CANCELLED. */
  async contextSize(signal: AbortSignal): Promise<number> {
    if (this.#givenContextSize > 0) return this.#givenContextSize;
    // Clouds tell neither.
    if (this.#client.server.isCloud) return DEFAULT_CONTEXT_SIZE;
    this.#contextSize ??= (await this.#listed(signal)) ?? (await this.#fromProps(signal));
    return this.#contextSize ?? DEFAULT_CONTEXT_SIZE;
  }

  /** @returns tokens of each text; estimated, rather too high, where the server does not count */
  async countTokens(texts: readonly string[], signal: AbortSignal): Promise<number[]> {
    const counts: number[] = [];
    const rest = texts.entries();
    const worker = async () => {
      for (const [index, text] of rest)
        counts[index] = (await this.#count(text, signal)) ?? estimateTokens(text);
    };
    await Promise.all(Array.from({ length: COUNTED_AT_ONCE }, worker));
    return counts;
  }

  /** vLLM reads `prompt`, llama-server `content`; each ignores the other's. */
  async #count(text: string, signal: AbortSignal): Promise<number | null> {
    const url = this.#client.server.besideUrl("/tokenize");
    if (url === null || !this.#counts) return null;
    const model = this.knownName ?? undefined;
    const body = { model, prompt: text, content: text, add_special_tokens: false };
    try {
      const answer = await this.#client.facts("POST", url, signal, body);
      if (Value.Check(Tokenized, answer)) return answer.count ?? answer.tokens.length;
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "CANCELLED") throw error;
      if (error.retryable) return null;
    }
    // It does not count: not asked again for each text of each document.
    this.#counts = false;
    return null;
  }

  async #listed(signal: AbortSignal): Promise<number | null> {
    const models = await this.#optional(() => listModels(this.#client, signal));
    return models === null ? null : listedContextSize(models, this.knownName ?? "");
  }

  async #fromProps(signal: AbortSignal): Promise<number | null> {
    const url = this.#client.server.besideUrl("/props");
    if (url === null) return null;
    const answer = await this.#optional(() => this.#client.facts("GET", url, signal));
    return Value.Check(Props, answer) ? answer.default_generation_settings.n_ctx : null;
  }

  /** @returns null where the server has no such thing, or does not answer now */
  async #optional<T>(ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "CANCELLED") throw error;
      return null;
    }
  }
}
