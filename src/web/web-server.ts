import { AppError } from "../errors/app-error.ts";
import { apiError } from "./api-error.ts";
import type { Dashboard } from "./dashboard.ts";
import type { TlsFiles } from "./tls.ts";

export interface WebServerOptions {
  readonly hostname: string;
  /** 0 = any free port. */
  readonly port: number;
  /** HTTP when absent. */
  readonly tls?: TlsFiles;
  readonly dashboard: Pick<Dashboard, "answer">;
}

/** Forms of a few fields; nobody uploads anything here. Bun itself refuses headers of more than 16 KiB. */
const MAX_BODY_BYTES = 64 * 1024;

/** Seconds a connection may be silent between two requests or inside one. */
const IDLE_TIMEOUT_S = 30;

/** Requests answered at once, live streams included. */
const MAX_PENDING = 200;

/** The service's own HTTP or HTTPS server. */
export class WebServer {
  readonly #options: WebServerOptions;
  #server: Bun.Server<undefined> | undefined;

  constructor(options: WebServerOptions) {
    this.#options = options;
  }

  /** @throws AppError PORT_IN_USE when the address cannot be bound, WEB_TLS_INVALID. */
  start(): void {
    const { hostname, port, tls, dashboard } = this.#options;
    try {
      // Bun.serve rather than Elysia's listen: that one hooks the process's exit, and its stop is not awaited.
      this.#server = Bun.serve({
        hostname,
        port,
        tls,
        // Else Bun would share the port with whoever has it, and each would get a part of the requests.
        reusePort: false,
        // Never an error page of Bun's, which shows the source.
        development: false,
        maxRequestBodySize: MAX_BODY_BYTES,
        idleTimeout: IDLE_TIMEOUT_S,
        fetch: (request, server) => {
          if (server.pendingRequests > MAX_PENDING) return overloaded();
          return dashboard.answer(request, {
            peer: server.requestIP(request)?.address,
            tls: tls !== undefined,
            keepOpen: () => server.timeout(request, 0),
          });
        },
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

  get url(): string {
    return this.#server?.url.origin ?? "";
  }

  async stop(): Promise<void> {
    await this.#server?.stop(true);
    this.#server = undefined;
  }
}

function overloaded(): Response {
  const response = apiError(
    new AppError("WEB_OVERLOADED", "The dashboard answers too many requests already."),
  );
  response.headers.set("retry-after", "1");
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
