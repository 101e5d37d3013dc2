import { type AppError, toAppError } from "../../errors/app-error.ts";
import { readBounded } from "../../http/response-body.ts";
import { withRetry } from "../../http/retry.ts";
import type { Logger } from "../../observability/logger.ts";
import type { Timers } from "../../timers.ts";
import type { Asked } from "./remote-errors.ts";
import type { RemoteHttp } from "./remote-http.ts";
import { type GateLimits, RequestGate } from "./request-gate.ts";
import type { ModelServer } from "./server.ts";

/** Answers to small questions, such as which models there are. */
const MAX_FACTS_BYTES = 4 * 1024 * 1024;
const FACTS_TIMEOUT_MS = 10_000;

export interface ServerClientOptions {
  readonly server: ModelServer;
  readonly http: RemoteHttp;
  readonly limits: GateLimits;
  /** The longest silence of an answer, in ms. */
  readonly idleTimeoutMs: number;
  readonly maxRetries: number;
  /** Before the first repetition, in ms; it doubles. */
  readonly retryDelayMs: number;
  readonly timers: Timers;
  readonly logger: Logger;
}

export interface ModelCall {
  /** Below the API: `/chat/completions`. */
  readonly route: string;
  readonly model: string | null;
  readonly body: unknown;
  readonly signal: AbortSignal;
  /** False once people have seen a part of the answer: then it cannot begin anew unnoticed. Defaults to true. */
  readonly mayRepeat?: () => boolean;
}

/** What became of the requests so far. */
export interface ServerStatus {
  readonly active: number;
  readonly queued: number;
  readonly refused: number;
  /** False as long as nobody has asked it anything. */
  readonly isKnown: boolean;
  /** Why the next request would most likely fail; null when it would not. */
  readonly error: AppError | null;
}

/** Everything asked of one server: bounded in number, repeated where that helps, and its state remembered. */
export class ServerClient {
  readonly #options: ServerClientOptions;
  readonly #gate: RequestGate;
  #wasReached = false;
  #askError: AppError | null = null;
  #reachError: AppError | null = null;

  constructor(options: ServerClientOptions) {
    this.#options = options;
    this.#gate = new RequestGate(options.limits);
  }

  get server(): ModelServer {
    return this.#options.server;
  }

  get status(): ServerStatus {
    const error = this.#askError ?? this.#reachError;
    return { ...this.#gate.status, isKnown: this.#wasReached || error !== null, error };
  }

  asked(model: string | null): Asked {
    const { host, endpoint } = this.server;
    return { host, endpoint, model };
  }

  /**
   * Asks a model. What fails for a passing reason before any answer was shown is repeated, after the time the server
   * asks for (Retry-After, at most 30 s) or a growing one.
   * @param read gets the answer, a function to be called for each piece of it, and when the request was sent
   * @throws AppError REMOTE_*, PROMPT_TOO_LONG, QUEUE_FULL, CANCELLED
   */
  async ask<T>(
    call: ModelCall,
    read: (response: Response, touch: () => void, sentAt: number) => Promise<T>,
  ): Promise<T> {
    const { http, server, timers, maxRetries, retryDelayMs, idleTimeoutMs } = this.#options;
    const { route, model, body: json, signal } = call;
    const { headers, secrets } = server;
    const request = { method: "POST" as const, url: server.url(route, model), asked: this.asked(model) };
    // A server that was silent for the whole time allowed is not asked for it again within the same attempt.
    const accepts = ({ code }: AppError) =>
      code.startsWith("REMOTE_") && code !== "REMOTE_TIMEOUT" && (call.mayRepeat?.() ?? true);
    const once = () =>
      this.#gate.run(signal, () => {
        const sentAt = performance.now();
        return http.exchange(
          { ...request, json, headers, secrets, signal, idleTimeoutMs },
          (response, touch) => read(response, touch, sentAt),
        );
      });
    const onRetry = (error: AppError, delayMs: number) => this.#logRetry(error, delayMs, route);
    return this.#noted(withRetry(once, { maxRetries, retryDelayMs, timers, accepts }, signal, onRetry));
  }

  /** A small question that is no call of a model: not repeated, and not queued behind long answers. */
  async facts(method: "GET" | "POST", url: URL, signal: AbortSignal, json?: unknown): Promise<unknown> {
    const { http, server } = this.#options;
    const { headers, secrets } = server;
    const asked = this.asked(null);
    const request = { method, url, asked, headers, secrets, json, signal, idleTimeoutMs: FACTS_TIMEOUT_MS };
    return http.json(request, MAX_FACTS_BYTES);
  }

  /** What lies at an address that the server named; our key goes along only to the server itself. */
  async download(url: URL, signal: AbortSignal, maxBytes: number): Promise<Uint8Array> {
    const { http, server, idleTimeoutMs } = this.#options;
    const isOwn = url.origin === new URL(server.endpoint).origin;
    const headers = isOwn ? server.headers : {};
    const { secrets } = server;
    const request = {
      method: "GET" as const,
      url,
      asked: this.asked(null),
      headers,
      secrets,
      signal,
      idleTimeoutMs,
    };
    return http.exchange(request, (response, touch) => readBounded(response, maxBytes, touch));
  }

  /**
   * What somebody found who looked whether the server is there. That it is does not mend what was wrong with a request,
   * such as a model that it does not have: only an answer does.
   */
  reached(error: AppError | null): void {
    this.#wasReached = true;
    this.#reachError = error;
    if (error === null && this.#askError?.retryable) this.#askError = null;
  }

  async #noted<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      this.#wasReached = true;
      this.#askError = null;
      this.#reachError = null;
      return result;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (isOfServer(error)) this.#askError = error;
      throw error;
    }
  }

  #logRetry(error: AppError, delayMs: number, route: string): void {
    this.#options.logger.warn(`model server will be asked again: ${error.message}`, {
      source: "inference/remote/server-client.ts:logRetry",
      endpoint: this.server.endpoint,
      operation: route,
      error_code: error.code,
      delay_ms: Math.round(delayMs),
    });
  }
}

/** True when the next request would most likely fail like this one. */
function isOfServer({ code }: AppError): boolean {
  return code.startsWith("REMOTE_") && code !== "REMOTE_REFUSED";
}
