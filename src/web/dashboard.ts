import { type AnyElysia, Elysia } from "elysia";
import { noPasswordPage } from "../../views/no-password-page.tsx";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { apiError, isApiPath } from "./api-error.ts";
import { assetRoutes, assetUrl, isOpenAsset } from "./assets.ts";
import type { Authentication } from "./authentication.ts";
import { withoutBasePath } from "./base-path.ts";
import { type Client, ClientAddresses } from "./client-address.ts";
import { CSRF_FIELD, CSRF_HEADER, changesState, isCsrfToken, isSameOrigin } from "./csrf.ts";
import { guard, isOpenPath } from "./guard.ts";
import { healthRoutes, isHealthPath, type Readiness } from "./health.ts";
import { htmlResponse } from "./html-response.ts";
import { loginRoutes } from "./login-routes.ts";
import type { RenderPage } from "./page-frame.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { answerFailure, toRequestError } from "./request-failure.ts";
import { insideRequest, type RequestTarget, requestTarget } from "./request-target.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import { readSessionCookie } from "./session-cookie.ts";
import { introduce, type Visitor, visitorOf } from "./visitor.ts";
import { withoutBody } from "./without-body.ts";

export interface DashboardOptions {
  /** Normalized: "" or a path such as `/ai`. */
  readonly basePath: string;
  readonly trustedProxies: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly authentication: Authentication;
  readonly readiness: () => Promise<Readiness>;
  readonly render: RenderPage;
  /** Everything behind the login: pages, their data, the API. Their paths do not have the base path. */
  readonly routes: AnyElysia;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
}

/** What the web server knows about the connection of a request. */
export interface Connection {
  readonly peer: string | undefined;
  readonly tls: boolean;
  /** Lets the connection be silent for as long as it likes. */
  keepOpen(): void;
}

/** From request to response: who asks, whether they may, the route, and the headers that every answer has. */
export class Dashboard {
  readonly #options: DashboardOptions;
  readonly #clients: ClientAddresses;
  readonly #health: AnyElysia;
  readonly #routes: AnyElysia;
  #unknownProxySeen = false;

  constructor(options: DashboardOptions) {
    this.#options = options;
    this.#clients = new ClientAddresses(options.trustedProxies);
    this.#health = healthRoutes(options.readiness);
    this.#routes = this.#buildRoutes();
  }

  async answer(request: Request, connection: Connection): Promise<Response> {
    const began = performance.now();
    const client = this.#clients.resolve(connection.peer, connection.tls, request.headers);
    this.#lookForUnknownProxy(request.headers, client);
    const target = requestTarget(request.url);
    const answer =
      target === null
        ? badAddress()
        : await this.#route(request, target, connection, client).catch((error) => this.#unexpected(error));
    const response = request.method === "HEAD" ? await withoutBody(answer) : answer;
    addSecurityHeaders(response.headers, client.secure);
    this.#options.logger.debug("dashboard request", {
      source: "web/dashboard.ts:answer",
      method: request.method,
      // Without the query: it may hold what somebody searched for.
      url: target?.pathname,
      status_code: response.status,
      duration_ms: Math.round(performance.now() - began),
    });
    return response;
  }

  async #route(
    request: Request,
    { pathname, search }: RequestTarget,
    { keepOpen }: Connection,
    client: Client,
  ): Promise<Response> {
    const { basePath, authentication, refusals } = this.#options;
    const { method, headers } = request;
    const path = withoutBasePath(pathname, basePath);
    const inner = insideRequest(request, path, search);
    if (isHealthPath(path)) return this.#health.handle(inner);
    if (!authentication.isOpen && !isOpenAsset(path)) return this.#closed(path);

    const token = readSessionCookie(headers.get("cookie"), { secure: client.secure, basePath });
    const session = authentication.session(token);
    const visitorPath = basePath + path + search;
    const refused = guard({ method, path, visitorPath, basePath, hasSession: session !== undefined });
    if (refused && isApiPath(path)) refusals.noSession({ method, path, address: client.address });
    if (refused) return refused;
    const visitor: Visitor = { ...client, basePath, path: visitorPath, session, keepOpen };
    if (changesState(method) && !isSameOrigin(headers, client.hosts)) {
      const error = new AppError("WEB_REQUEST_REFUSED", "The request came from a page of another site.");
      return this.#fail(error, method, path, visitor);
    }
    introduce(inner, visitor);
    return this.#routes.handle(inner);
  }

  /** Behind a proxy that nobody named, all visitors share one address and its few attempts to log in. */
  #lookForUnknownProxy(headers: Headers, { address, viaTrustedProxy }: Client): void {
    if (this.#unknownProxySeen || viaTrustedProxy || !headers.has("x-forwarded-for")) return;
    this.#unknownProxySeen = true;
    this.#options.logger.warn("a proxy that WEBUI_TRUSTED_PROXIES does not name; its visitors count as one", {
      source: "web/dashboard.ts:lookForUnknownProxy",
      client_address: address,
    });
  }

  #closed(path: string): Response {
    if (isApiPath(path)) return apiError(new AppError("WEB_PASSWORD_MISSING", "The dashboard is closed."));
    const { basePath } = this.#options;
    const page = noPasswordPage(assetUrl(basePath, "style.css"), assetUrl(basePath, "favicon.svg"));
    return htmlResponse(page, 503);
  }

  #buildRoutes(): AnyElysia {
    const { authentication, sessionTimeoutMs, routes } = this.#options;
    return (
      new Elysia({ name: "dashboard" })
        .onError(({ code, error, request, path }) =>
          this.#fail(toRequestError(String(code), error), request.method, path, visitorOf(request)),
        )
        // Before validation, which would take the field away where a route does not know it.
        .onTransform(({ request, body, path }) => {
          // The guard has seen to it already; this is about the route that was found in the end.
          assertMayEnter(path, visitorOf(request));
          // The login has no session to protect yet; another site gains nothing by sending its form.
          if (changesState(request.method) && path !== "/login") checkCsrf(request, body);
        })
        .use(assetRoutes())
        .use(loginRoutes(authentication, sessionTimeoutMs))
        .use(routes)
    );
  }

  /** Routes answer for their own failures; this is for mistakes on the way to them. */
  #unexpected(error: unknown): Response {
    const source = "web/dashboard.ts:unexpected";
    this.#options.logger.error("a request to the dashboard failed", { error, source });
    return apiError(new AppError("INTERNAL", "Something went wrong inside the service."));
  }

  #fail(error: AppError, method: string, path: string, visitor: Visitor): Promise<Response> {
    const { refusals } = this.#options;
    if (error.code === "WEB_REQUEST_REFUSED") refusals.forged({ method, path, address: visitor.address });
    return answerFailure(error, { method, path, visitor }, this.#options.render, this.#options.logger);
  }
}

function badAddress(): Response {
  return apiError(new AppError("WEB_BAD_REQUEST", "The request has an impossible address."));
}

function assertMayEnter(path: string, { session }: Visitor): void {
  if (session !== undefined || isOpenPath(path)) return;
  throw new AppError("WEB_LOGIN_REQUIRED", "There is no session.");
}

function checkCsrf(request: Request, body: unknown): void {
  const field =
    typeof body === "object" && body !== null && CSRF_FIELD in body ? body[CSRF_FIELD] : undefined;
  const given = request.headers.get(CSRF_HEADER) ?? field;
  if (isCsrfToken(given, visitorOf(request).session?.csrfToken ?? "")) return;
  throw new AppError("WEB_REQUEST_REFUSED", "The request lacks the token of your session.");
}
