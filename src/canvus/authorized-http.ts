import { AppError } from "../errors/app-error.ts";
import { type RetryPolicy, withRetry } from "../http/retry.ts";
import type { Logger } from "../observability/logger.ts";
import type { TokenSource } from "./credentials.ts";
import type { HttpRequest } from "./http.ts";

export interface AuthorizedHttpParts {
  readonly tokens: TokenSource;
  readonly policy: RetryPolicy;
  readonly logger: Logger;
}

/** Requests with the service's token, renewed when the server wants another one, and repeated by the policy. */
export class AuthorizedHttp {
  readonly #tokens: TokenSource;
  readonly #policy: RetryPolicy;
  readonly #logger: Logger;

  constructor({ tokens, policy, logger }: AuthorizedHttpParts) {
    this.#tokens = tokens;
    this.#policy = policy;
    this.#logger = logger;
  }

  /** Sends with the current token and once more with a new one when the server refused the first. */
  async authorized<T>(request: HttpRequest, send: (request: HttpRequest) => Promise<T>): Promise<T> {
    const token = await this.#tokens.current();
    try {
      return await send({ ...request, token });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "CANVUS_UNAUTHORIZED") throw error;
      const renewed = await this.#tokens.renewed(token);
      if (renewed === undefined) throw error;
      return send({ ...request, token: renewed });
    }
  }

  /** Repeats what failed while its error is retryable. */
  retried<T>(operation: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return withRetry(operation, this.#policy, signal, (error, delayMs) => {
      this.#logger.debug("Canvus request is repeated", {
        source: "canvus/authorized-http.ts:retried",
        ...error.context,
        error_code: error.code,
        delay_ms: delayMs,
      });
    });
  }
}
