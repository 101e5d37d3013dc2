import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { apiError } from "./api-error.ts";
import { ConnectionGuard } from "./connection-guard.ts";
import type { Dashboard } from "./dashboard.ts";
import { isHealthPath } from "./health.ts";
import { PeerLimit } from "./peer-limit.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import type { TlsFiles } from "./tls.ts";

export interface WebServerOptions {
  readonly hostname: string;
  /** 0 = any free port. */
  readonly port: number;
  /** HTTP when absent. */
  readonly tls?: TlsFiles;
  readonly dashboard: Pick<Dashboard, "answer">;
  readonly logger: Logger;
  /** Open files that are too many; see ConnectionGuard. */
  readonly openFilesBound?: number;
}

/** Forms of a few fields; nobody uploads anything here. Bun itself refuses headers of more than 16 KiB. */
const MAX_BODY_BYTES = 64 * 1024;

/** Seconds a connection may be silent between two requests or inside one. */
const IDLE_TIMEOUT_S = 30;

/** Requests answered at once, live streams included. */
const MAX_PENDING = 200;

/** When it could not listen again after all connections had to be closed. */
const RETRY_MS = 1000;

/** For TLS 1.2, below which Bun does not go: forward secrecy and authenticated encryption only. */
const CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20";

/** The service's own HTTP or HTTPS server. */
export class WebServer {
  readonly #options: WebServerOptions;
  readonly #peers = new PeerLimit(MAX_PENDING / 2);
  readonly #guard: ConnectionGuard;
  #server: Bun.Server<undefined> | undefined;
  #url: URL | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: WebServerOptions) {
    this.#options = options;
    const { logger, openFilesBound } = options;
    this.#guard = new ConnectionGuard({
      closeAll: () => this.#restart(),
      logger,
      ...(openFilesBound === undefined ? {} : { bound: openFilesBound }),
    });
  }

  /** @throws AppError PORT_IN_USE when the address cannot be bound, WEB_TLS_INVALID. */
  start(): void {
    this.#server = this.#listen(this.#options.port);
    this.#url = this.#server.url;
    this.#guard.start();
  }

  #restart(): void {
    void this.#server?.stop(true);
    this.#server = undefined;
    try {
      this.#server = this.#listen(Number(this.#url?.port));
    } catch (error) {
      const source = "web/web-server.ts:restart";
      this.#options.logger.warn("the dashboard cannot listen again yet", { error, source });
      this.#retry = setTimeout(() => this.#restart(), RETRY_MS);
    }
  }

  #listen(port: number): Bun.Server<undefined> {
    const { hostname, tls } = this.#options;
    try {
      // Bun.serve rather than Elysia's listen: that one hooks the process's exit, and its stop is not awaited.
      return Bun.serve({
        hostname,
        port,
        tls: tls && { ...tls, ciphers: CIPHERS },
        // Else Bun would share the port with whoever has it, and each would get a part of the requests.
        reusePort: false,
        // Never an error page of Bun's, which shows the source.
        development: false,
        maxRequestBodySize: MAX_BODY_BYTES,
        idleTimeout: IDLE_TIMEOUT_S,
        fetch: (request, server) => this.#answer(request, server),
      });
    } catch (cause) {
      if (tls !== undefined && !isBindFailure(cause)) {
        throw new AppError("WEB_TLS_INVALID", "The certificate or key of the dashboard cannot be used.", {
          cause,
        });
      }
      throw new AppError(
        "PORT_IN_USE",
        `The web server cannot listen on ${hostname}:${port}: ${bindFailure(cause)}.`,
        { cause },
      );
    }
  }

  async #answer(request: Request, server: Bun.Server<undefined>): Promise<Response> {
    const { dashboard, tls } = this.#options;
    const peer = server.requestIP(request)?.address;
    const secure = tls !== undefined;
    const leave = server.pendingRequests > MAX_PENDING ? undefined : this.#peers.enter(peer ?? "");
    if (leave === undefined && !isHealthCheck(request)) return overloaded(secure);
    try {
      const keepOpen = () => server.timeout(request, 0);
      return await dashboard.answer(request, { peer, tls: secure, keepOpen });
    } finally {
      leave?.();
    }
  }

  get url(): string {
    return this.#url?.origin ?? "";
  }

  async stop(): Promise<void> {
    this.#guard.stop();
    clearTimeout(this.#retry);
    await this.#server?.stop(true);
    this.#server = undefined;
  }
}

/** Answered also in a flood: whoever restarts what does not answer would only make it worse. */
function isHealthCheck({ method, url }: Request): boolean {
  return method === "GET" && isHealthPath(URL.parse(url)?.pathname ?? "");
}

function overloaded(secure: boolean): Response {
  const response = apiError(
    new AppError("WEB_OVERLOADED", "The dashboard answers too many requests already."),
  );
  response.headers.set("retry-after", "1");
  addSecurityHeaders(response.headers, secure);
  return response;
}

function isBindFailure(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && /^EA(DDR|CC)/.test(String(thrown.code));
}

/** Bun asks "is the port in use?" whatever the reason; people should look for the right one. */
function bindFailure(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
  if (code === "EADDRINUSE") return "another program has this port";
  if (code === "EADDRNOTAVAIL") return "this machine does not have that address (WEBUI_HOST)";
  if (code === "EACCES") return "ports below 1024 need special rights";
  return code;
}
