import { Elysia } from "elysia";
import type { Config } from "../config/schema.ts";
import { isLoopback } from "../http/loopback.ts";
import type { Logger } from "../observability/logger.ts";
import { apiRoutes } from "./api/api-routes.ts";
import { Authentication } from "./authentication.ts";
import { normalizeBasePath } from "./base-path.ts";
import { Dashboard } from "./dashboard.ts";
import { EventStreams } from "./events/event-streams.ts";
import type { Readiness } from "./health.ts";
import { createPageFrame } from "./page-frame.ts";
import { pageRoutes } from "./pages/page-routes.ts";
import { RefusalLog } from "./refusal-log.ts";
import type { SessionRepository } from "./session-repository.ts";
import { type LookAge, SharedLook } from "./shared-look.ts";
import { readTlsFiles } from "./tls.ts";
import { WebServer } from "./web-server.ts";
import type { WebSources } from "./web-sources.ts";

export interface WebServiceOptions {
  readonly config: Config;
  readonly version: string;
  /** Undefined: the dashboard stays closed and says how to set one. */
  readonly password: string | undefined;
  readonly readiness: () => Promise<Readiness>;
  readonly sessions: SessionRepository;
  /** What the pages show. */
  readonly sources: WebSources;
  readonly logger: Logger;
}

/** Fewer characters are worth a warning. */
const SHORT_PASSWORD = 8;

/** Readiness asks the writer of the database, which may be busy; the badge of a page does not wait for it. */
const BADGE_AGE: LookAge = { fresh: 500, usable: 5000 };

/** A live stream of an expired session may go on for so long. */
const TIDY_MS = 15_000;

/** A reverse proxy that is named speaks HTTPS with browsers, or whoever set it up wants it so. */
function isOpenToNetwork({ WEBUI_HOST, WEBUI_TRUSTED_PROXIES = [] }: Config): boolean {
  return !isLoopback(WEBUI_HOST) && WEBUI_TRUSTED_PROXIES.length === 0;
}

/** Health, login and the pages: puts the parts of this folder together. */
export class WebService {
  readonly #options: Omit<WebServiceOptions, "password">;
  readonly #streams = new EventStreams();
  #password: string | undefined;
  #server: WebServer | undefined;
  #tidying: NodeJS.Timeout | undefined;

  constructor({ password, ...options }: WebServiceOptions) {
    this.#options = options;
    this.#password = password;
  }

  /** @throws AppError PORT_IN_USE, WEB_TLS_INVALID. */
  async start(): Promise<void> {
    const { config, version, readiness, sessions, sources, logger } = this.#options;
    const sessionTimeoutMs = config.WEBUI_SESSION_TIMEOUT;
    const monotonicNow = () => performance.now();
    const refusals = new RefusalLog(logger, monotonicNow);
    const authentication = new Authentication({
      sessionLimits: { timeoutMs: sessionTimeoutMs, idleMs: config.WEBUI_SESSION_IDLE_TIMEOUT },
      repository: sessions,
      now: () => Date.now(),
      monotonicNow,
      logger,
      refusals,
    });
    const badge = new SharedLook(readiness, BADGE_AGE);
    const render = createPageFrame(version, () => badge.get(null));
    const dashboard = new Dashboard({
      basePath: normalizeBasePath(config.WEBUI_BASE_PATH),
      trustedProxies: config.WEBUI_TRUSTED_PROXIES ?? [],
      sessionTimeoutMs,
      authentication,
      readiness,
      render,
      routes: new Elysia().use(pageRoutes(render, sources)).use(apiRoutes(sources, this.#streams, version)),
      logger,
      refusals,
    });
    const tls = await readTlsFiles(config.WEBUI_TLS_CERT, config.WEBUI_TLS_KEY);
    this.#server = new WebServer({ hostname: config.WEBUI_HOST, port: config.PORT, tls, dashboard, logger });
    const password = this.#password;
    this.#password = undefined;
    await authentication.start(password);
    const source = "web/web-service.ts:start";
    if (password === undefined) logger.warn("the dashboard is closed: set WEBUI_PWD to open it", { source });
    else if (password.length < SHORT_PASSWORD) {
      logger.warn("WEBUI_PWD is short: whoever reaches the dashboard may guess it", { source });
    }
    if (password !== undefined && tls === undefined && isOpenToNetwork(config)) {
      logger.warn("the dashboard is open to the network without HTTPS: others there can read its password", {
        source,
      });
    }
    this.#server.start();
    this.#tidying = setInterval(() => {
      authentication.tidy();
      refusals.flush();
    }, TIDY_MS);
  }

  /** Where the dashboard is, without the base path: health is asked there too. */
  get url(): string {
    return this.#server?.url ?? "";
  }

  /** Ends the streams of live pages, which would never end by themselves. */
  closeLive(): void {
    this.#streams.close();
  }

  async stop(): Promise<void> {
    clearInterval(this.#tidying);
    this.closeLive();
    await this.#server?.stop();
  }
}
