import type { Answer, ReceivedRequest, Route } from "./fake-server.ts";

export const FAKE_MODEL = "small-model";

export interface Behaviour {
  /** Requests without it are refused. */
  readonly key?: string;
  readonly models?: readonly string[];
  /** Tokens of prompt and answer together. */
  readonly contextSize?: number;
  /** The answer, in the pieces in which it is streamed. */
  readonly answer?: (request: ReceivedRequest) => readonly string[];
}

const PIECES = ["The capital", " of France", " is Paris."] as const;

/** vLLM: counts tokens, tells its context, refuses what does not fit into it with the longest answer. */
export function vllm(behaviour: Behaviour = {}): Record<string, Route> {
  const { contextSize = 4096, models = [FAKE_MODEL] } = behaviour;
  return {
    "GET /v1/models": keyed(behaviour, () => ({
      json: {
        object: "list",
        data: models.map((id) => ({ id, object: "model", max_model_len: contextSize })),
      },
    })),
    "POST /tokenize": keyed(behaviour, ({ body }) => {
      const count = countWords(body.prompt);
      return { json: { count, max_model_len: contextSize, tokens: Array(count).fill(1) } };
    }),
    "POST /v1/chat/completions": keyed(behaviour, (request) => {
      const { model, max_tokens = 0 } = request.body;
      if (!models.includes(String(model))) {
        return openAiError(404, `The model \`${model}\` does not exist.`, "NotFoundError");
      }
      const words = countWords(JSON.stringify(request.body.messages));
      if (words + Number(max_tokens) > contextSize) {
        const message = `This model's maximum context length is ${contextSize} tokens. However, you requested ${words + Number(max_tokens)} tokens.`;
        return openAiError(400, message, "BadRequestError");
      }
      return chatAnswer(request, behaviour, { usage: true });
    }),
  };
}

/** llama-server: any name of a model will do; tells its timings, and its context in two places. */
export function llamaServer(behaviour: Behaviour = {}): Record<string, Route> {
  const { contextSize = 2048, models = [FAKE_MODEL] } = behaviour;
  const chat = keyed(behaviour, (request) => {
    const words = countWords(JSON.stringify(request.body.messages));
    if (words <= contextSize) return chatAnswer(request, behaviour, { usage: true, timings: true });
    const message = `request (${words} tokens) exceeds the available context size (${contextSize} tokens), try increasing it`;
    const error = {
      code: 400,
      message,
      type: "exceed_context_size_error",
      n_prompt_tokens: words,
      n_ctx: contextSize,
    };
    return { status: 400, json: { error } };
  });
  return {
    "GET /v1/models": () => ({
      json: { object: "list", data: models.map((id) => ({ id, object: "model" })) },
    }),
    "GET /props": keyed(behaviour, () => ({ json: { default_generation_settings: { n_ctx: contextSize } } })),
    "POST /tokenize": keyed(behaviour, ({ body }) => ({
      json: { tokens: Array(countWords(body.content)).fill(7) },
    })),
    "POST /v1/chat/completions": chat,
  };
}

/** OpenAI: knows exactly its own fields; models whose names begin with "o" think, and take others. */
export function openAi(behaviour: Behaviour = {}): Record<string, Route> {
  const { models = ["gpt-4o-mini", "o4-mini"] } = behaviour;
  return {
    "GET /v1/models": keyed(behaviour, () => ({
      json: { data: models.map((id) => ({ id, object: "model" })) },
    })),
    "POST /v1/chat/completions": keyed(behaviour, (request) =>
      openAiChat(request, behaviour, String(request.body.model)),
    ),
    "POST /v1/images/generations": keyed(behaviour, (request) => imageAnswer(request)),
  };
}

/** Azure: a deployment in the path, the version of the API behind it, the key in a header of its own. */
export function azure(deployment: string, behaviour: Behaviour = {}): Record<string, Route> {
  const guarded =
    (route: Route): Route =>
    (request) => {
      if (request.headers.get("api-key") !== behaviour.key) {
        return {
          status: 401,
          json: { error: { code: "401", message: "Access denied due to invalid subscription key." } },
        };
      }
      if (!request.path.includes("?api-version=")) {
        return { status: 404, json: { error: { code: "404", message: "Resource not found" } } };
      }
      return route(request);
    };
  return {
    "GET /openai/models": guarded(() => ({ json: { data: [{ id: "gpt-4o-mini" }] } })),
    [`POST /openai/deployments/${encodeURIComponent(deployment)}/chat/completions`]: guarded((request) =>
      openAiChat(request, behaviour, ""),
    ),
    [`POST /openai/deployments/${encodeURIComponent(deployment)}/images/generations`]: guarded((request) =>
      imageAnswer(request),
    ),
  };
}

/** The form of errors that most of them share. */
export function openAiError(
  status: number,
  message: string,
  code: string | null,
  param: string | null = null,
): Answer {
  return { status, json: { error: { message, type: "invalid_request_error", param, code } } };
}

function openAiChat(request: ReceivedRequest, behaviour: Behaviour, model: string): Answer {
  const { body } = request;
  const thinks = model.startsWith("o");
  if (thinks && "max_tokens" in body) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    return openAiError(400, message, "unsupported_parameter", "max_tokens");
  }
  if (thinks && "temperature" in body && body.temperature !== 1) {
    const message =
      "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.";
    return openAiError(400, message, "unsupported_value", "temperature");
  }
  if (model === "gpt-unknown") {
    return openAiError(
      404,
      "The model `gpt-unknown` does not exist or you do not have access to it.",
      "model_not_found",
    );
  }
  return chatAnswer(request, behaviour, { usage: "stream_options" in body });
}

function keyed({ key }: Behaviour, route: Route): Route {
  return (request) => {
    if (key === undefined || request.headers.get("authorization") === `Bearer ${key}`) return route(request);
    const given = request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
    return openAiError(401, `Incorrect API key provided: ${given}.`, "invalid_api_key");
  };
}

function chatAnswer(
  request: ReceivedRequest,
  { answer = () => PIECES }: Behaviour,
  tells: { readonly usage: boolean; readonly timings?: boolean },
): Answer {
  const pieces = answer(request);
  const id = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: FAKE_MODEL };
  const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) =>
    event({ ...id, choices: [{ index: 0, delta, finish_reason }], ...more });
  const usage = {
    prompt_tokens: countWords(JSON.stringify(request.body.messages)),
    completion_tokens: pieces.length,
    total_tokens: 0,
  };
  const timings = {
    prompt_n: 5,
    prompt_ms: 20,
    predicted_n: pieces.length,
    predicted_ms: 40,
    prompt_per_second: 250,
    predicted_per_second: 75,
  };
  return {
    end: "complete",
    events: [
      chunk({ role: "assistant", content: "" }),
      ...pieces.map((content) => chunk({ content })),
      chunk({}, "stop", tells.timings ? { timings } : {}),
      ...(tells.usage ? [event({ ...id, choices: [], usage })] : []),
      "data: [DONE]\n\n",
    ],
  };
}

/** A red picture of the size that was asked for. */
export const RED_PNG = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==",
);

function imageAnswer({ body }: ReceivedRequest): Answer {
  if (String(body.model).startsWith("gpt-image") && "response_format" in body) {
    return openAiError(400, "Unknown parameter: 'response_format'.", "unknown_parameter", "response_format");
  }
  return { json: { created: 1, data: [{ b64_json: RED_PNG.toBase64() }] } };
}

export function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function countWords(text: unknown): number {
  return String(text).split(/\s+/).filter(Boolean).length;
}
