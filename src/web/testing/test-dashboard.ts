import { type AnyElysia, Elysia } from "elysia";
import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import { Authentication } from "../authentication.ts";
import { Dashboard } from "../dashboard.ts";
import type { Readiness } from "../health.ts";
import { createPageFrame, type RenderPage } from "../page-frame.ts";
import { RefusalLog } from "../refusal-log.ts";
import type { SessionRepository } from "../session-repository.ts";
import { withVisitor } from "../visitor.ts";
import { memoryRepository } from "./memory-repository.ts";

export const PASSWORD = "correct horse battery staple";
export const SESSION_TIMEOUT_MS = 60 * 60_000;
export const SESSION_IDLE_MS = 20 * 60_000;

const READY: Readiness = { ready: true, reasons: [], notices: [] };

export interface TestDashboardOptions {
  /** null: none is set. */
  readonly password?: string | null;
  readonly basePath?: string;
  readonly trustedProxies?: readonly string[];
  readonly repository?: SessionRepository;
  readonly readiness?: Readiness;
  /** What is behind the login; without it a few examples. */
  readonly routes?: (render: RenderPage) => AnyElysia;
}

/** A dashboard without a socket, and one browser that visits it: it keeps cookies and sends Origin. */
export class TestDashboard {
  readonly logger = new RecordingLogger();
  readonly authentication: Authentication;
  /** Milliseconds that have passed. */
  clock = 0;
  peer = "192.0.2.1";
  tls = false;
  cookie = "";
  readonly #basePath: string;
  readonly dashboard: Dashboard;

  private constructor({
    basePath = "",
    trustedProxies = [],
    repository,
    readiness = READY,
    routes = exampleRoutes,
  }: TestDashboardOptions) {
    this.#basePath = basePath;
    const refusals = new RefusalLog(this.logger, () => this.clock);
    this.authentication = new Authentication({
      sessionLimits: { timeoutMs: SESSION_TIMEOUT_MS, idleMs: SESSION_IDLE_MS },
      repository: repository ?? memoryRepository(),
      now: () => Date.UTC(2026, 0, 1) + this.clock,
      monotonicNow: () => this.clock,
      logger: this.logger,
      refusals,
    });
    const render = createPageFrame("1.2.3", async () => readiness);
    this.dashboard = new Dashboard({
      basePath,
      trustedProxies,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      authentication: this.authentication,
      readiness: async () => readiness,
      render,
      routes: routes(render),
      logger: this.logger,
      refusals,
    });
  }

  static async start(options: TestDashboardOptions = {}): Promise<TestDashboard> {
    const dashboard = new TestDashboard(options);
    await dashboard.authentication.start(
      options.password === null ? undefined : (options.password ?? PASSWORD),
    );
    return dashboard;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(new Request(this.#origin + path, { headers }));
  }

  post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const body = new URLSearchParams(fields);
    return this.request(
      new Request(this.#origin + path, {
        method: "POST",
        body,
        headers: { origin: this.#origin, ...headers },
      }),
    );
  }

  login(password = PASSWORD, next = ""): Promise<Response> {
    return this.post(`${this.#basePath}/login`, { password, next });
  }

  async csrfToken(): Promise<string> {
    const page = await (await this.get(`${this.#basePath}/`)).text();
    return /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  }

  /** Fields of the log entries whose message has these words. */
  logged(words: string): unknown[] {
    return this.logger.entries.filter(({ message }) => message.includes(words)).map(({ fields }) => fields);
  }

  async request(request: Request): Promise<Response> {
    request.headers.set("host", new URL(request.url).host);
    if (this.cookie !== "") request.headers.set("cookie", this.cookie);
    const response = await this.dashboard.answer(request, {
      peer: this.peer,
      tls: this.tls,
      keepOpen() {},
    });
    const cookie = response.headers.get("set-cookie")?.split(";")[0];
    if (cookie !== undefined) this.cookie = cookie.endsWith("=") ? "" : cookie;
    return response;
  }

  get #origin(): string {
    return `${this.tls ? "https" : "http"}://dashboard.test`;
  }
}

/** Status of a response, and where it leads to. */
export function target(response: Response): [number, string | null] {
  return [response.status, response.headers.get("location")];
}

/** Routes of the kinds that the pages have. */
function exampleRoutes(render: RenderPage): AnyElysia {
  return new Elysia()
    .use(withVisitor)
    .get("/", ({ visitor }) => render(visitor, { title: "Overview", active: "overview", body: "" }))
    .get("/who", ({ visitor }) => visitor.address)
    .get("/broken", () => {
      throw new Error("secret detail of the inside");
    })
    .get("/api/v1/status", () => ({ ok: true }))
    .post("/api/v1/reset", () => ({ reset: true }));
}
