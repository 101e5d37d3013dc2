import { AppError } from "../../errors/app-error.ts";
import type { Logger } from "../../observability/logger.ts";
import type { GenerateOptions, TextRequest, TextResult } from "../text-engine.ts";
import { type ChatDialect, FULL_DIALECT, withoutRefused } from "./chat-dialect.ts";
import { readCompletion } from "./read-completion.ts";
import type { ServerClient } from "./server-client.ts";

/** A message as it is sent; a part may also be a picture. */
export interface WireMessage {
  readonly role: string;
  readonly content: string | readonly Readonly<Record<string, unknown>>[];
}

export interface ChatRequest extends Pick<TextRequest, "maxTokens" | "temperature" | "jsonSchema"> {
  readonly model: string;
  readonly messages: readonly WireMessage[];
}

/** Chats with the models of one server, and learns which optional fields they take. */
export class Chat {
  readonly #client: ServerClient;
  readonly #logger: Logger;
  #dialect = FULL_DIALECT;

  constructor(client: ServerClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  /** @throws AppError REMOTE_*, PROMPT_TOO_LONG, QUEUE_FULL, CANCELLED */
  async complete(request: ChatRequest, options: GenerateOptions): Promise<TextResult> {
    const askedAt = performance.now();
    let hasText = false;
    let isBounded = true;
    const onText = (piece: string, tokens: number) => {
      hasText = true;
      options.onText?.(piece, tokens);
    };
    for (;;) {
      const dialect = this.#dialect;
      try {
        return await this.#send(request, dialect, isBounded, { ...options, onText }, askedAt, () => !hasText);
      } catch (error) {
        if (!(error instanceof AppError) || hasText) throw error;
        if (error.code === "PROMPT_TOO_LONG" && isBounded) {
          // vLLM counts the longest answer in: perhaps the prompt alone fits, and what is left is enough.
          isBounded = false;
          continue;
        }
        const next = withoutRefused(dialect, error);
        if (next === null) throw error;
        this.#dialect = next;
        this.#logDialect(request.model, error);
      }
    }
  }

  async #send(
    request: ChatRequest,
    dialect: ChatDialect,
    isBounded: boolean,
    options: GenerateOptions,
    askedAt: number,
    mayRepeat: () => boolean,
  ): Promise<TextResult> {
    const { model, maxTokens } = request;
    const body = chatBody(request, dialect, isBounded);
    const call = { route: "/chat/completions", model, body, signal: options.signal, mayRepeat };
    return this.#client.ask(call, async (response, touch, sentAt) => {
      const asked = this.#client.asked(model);
      const read = { asked, sentAt, maxTokens, touch, onText: options.onText };
      const { text, stopReason, metrics } = await readCompletion(response, read);
      const queue_ms = sentAt - askedAt;
      return { text, model, stopReason, promptTokensCut: 0, metrics: { ...metrics, queue_ms } };
    });
  }

  #logDialect(model: string, error: AppError): void {
    this.#logger.info(`model server does not take a field, goes on without it: ${error.message}`, {
      source: "inference/remote/chat.ts:logDialect",
      endpoint: this.#client.server.endpoint,
      model,
    });
  }
}

function chatBody(request: ChatRequest, dialect: ChatDialect, isBounded: boolean): Record<string, unknown> {
  const { model, maxTokens, temperature, jsonSchema } = request;
  const json = jsonSchema === undefined ? null : dialect.json;
  return {
    model,
    messages: json === null || json === "schema" ? request.messages : withSchema(request),
    stream: true,
    ...(dialect.usage ? { stream_options: { include_usage: true } } : {}),
    ...(dialect.temperature ? { temperature } : {}),
    ...(isBounded ? { [dialect.tokenLimit]: maxTokens } : {}),
    ...(json === "schema"
      ? {
          response_format: {
            type: "json_schema",
            json_schema: { name: "answer", strict: true, schema: withTypes(jsonSchema) },
          },
        }
      : {}),
    ...(json === "object" ? { response_format: { type: "json_object" } } : {}),
  };
}

/** OpenAI's strict form wants a type everywhere, also where the allowed values say it already. */
function withTypes(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const typed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withTypes(value)]));
  return "enum" in typed && !("type" in typed) ? { type: "string", ...typed } : typed;
}

/** In words, as a part of the last message: not every chat template takes a second system message. */
function withSchema({ messages, jsonSchema }: ChatRequest): readonly WireMessage[] {
  const wish = `Answer with nothing but a JSON object that matches this JSON Schema: ${JSON.stringify(jsonSchema)}`;
  return messages.map((message, index) =>
    index === messages.length - 1 && typeof message.content === "string"
      ? { ...message, content: `${message.content}\n\n${wish}` }
      : message,
  );
}
