import { Elysia } from "elysia";
import { statusPage } from "../../views/status-page.tsx";
import STYLE from "../../views/style.css" with { type: "text" };
import { AppError } from "../errors/app-error.ts";
import { healthRoutes, type Readiness } from "./health.ts";

export interface WebServerOptions {
  readonly hostname: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly version: string;
  readonly readiness: () => Promise<Readiness>;
}

/** Requests to these pages carry no body worth mentioning. */
const MAX_BODY_BYTES = 64 * 1024;

const SECURITY_HEADERS = {
  "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The service's own HTTP server: health and, until the dashboard comes, one page that says that it runs. */
export class WebServer {
  readonly #options: WebServerOptions;
  #server: Bun.Server<undefined> | undefined;

  constructor(options: WebServerOptions) {
    this.#options = options;
  }

  /** @throws AppError PORT_IN_USE when the address cannot be bound. */
  start(): void {
    const { hostname, port, version, readiness } = this.#options;
    const routes = new Elysia()
      .onRequest(({ set }) => {
        Object.assign(set.headers, SECURITY_HEADERS);
      })
      .use(healthRoutes(readiness))
      .get("/", async ({ set }) => {
        set.headers["content-type"] = "text/html; charset=utf-8";
        return statusPage(version, await readiness());
      })
      .get("/style.css", ({ set }) => {
        set.headers["content-type"] = "text/css; charset=utf-8";
        return STYLE;
      });
    try {
      // Bun.serve rather than Elysia's listen: that one hooks the process's exit, and its stop is not awaited.
      this.#server = Bun.serve({
        hostname,
        port,
        // Else Bun would share the port with whoever has it, and each would get a part of the requests.
        reusePort: false,
        maxRequestBodySize: MAX_BODY_BYTES,
        fetch: (request) => routes.handle(request),
      });
    } catch (cause) {
      throw new AppError("PORT_IN_USE", `The web server cannot listen on ${hostname}:${port}.`, { cause });
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
