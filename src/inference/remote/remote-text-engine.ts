import type { Logger } from "../../observability/logger.ts";
import type { EngineStatus } from "../local-engine.ts";
import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "../text-engine.ts";
import { Chat } from "./chat.ts";
import { ModelFacts } from "./model-facts.ts";
import { remoteStatus } from "./remote-status.ts";
import type { ServerClient } from "./server-client.ts";

export interface RemoteTextEngineOptions {
  readonly client: ServerClient;
  /** As the server knows it; undefined for the only one that it has. */
  readonly model: string | undefined;
  /** Tokens of prompt and answer together; 0 asks the server. */
  readonly contextSize: number;
  readonly logger: Logger;
}

/** Answers with a model on another machine, through any server that speaks OpenAI's API. */
export class RemoteTextEngine implements TextEngine {
  readonly #client: ServerClient;
  readonly #chat: Chat;
  readonly #facts: ModelFacts;

  constructor({ client, model, contextSize, logger }: RemoteTextEngineOptions) {
    this.#client = client;
    this.#chat = new Chat(client, logger);
    this.#facts = new ModelFacts(client, model, contextSize);
  }

  status(): EngineStatus {
    return remoteStatus("text", this.#client, this.#facts.knownName);
  }

  async generate(request: TextRequest, options: GenerateOptions): Promise<TextResult> {
    const model = await this.#facts.name(options.signal);
    return this.#chat.complete({ ...request, model }, options);
  }

  countTokens(texts: readonly string[], { signal }: { readonly signal: AbortSignal }): Promise<number[]> {
    return this.#facts.countTokens(texts, signal);
  }

  contextSize(): Promise<number> {
    return this.#facts.contextSize(new AbortController().signal);
  }
}
