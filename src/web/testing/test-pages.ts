import { Database } from "bun:sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Elysia } from "elysia";
import { LogTail } from "../../observability/log-tail.ts";
import { migrate } from "../../storage/migrate.ts";
import { StorageRun } from "../../storage/testing/storage-run.ts";
import type { LiveTask } from "../../tasks/live-task.ts";
import { apiRoutes } from "../api/api-routes.ts";
import { EventStreams } from "../events/event-streams.ts";
import { pageRoutes } from "../pages/page-routes.ts";
import type { WebParts } from "../web-sources.ts";
import { webSources } from "../web-sources.ts";
import { TestDashboard } from "./test-dashboard.ts";

export interface TestPagesOptions {
  readonly basePath?: string;
  /** Fills the database before it is opened. */
  readonly fill?: (database: Database) => void;
  readonly tasks?: readonly LiveTask[];
  /** Replaces parts of the service. */
  readonly parts?: Partial<WebParts>;
}

/** All pages and the API on a real database, with a visitor who is logged in. */
export class TestPages {
  readonly folder: string;
  readonly visitor: TestDashboard;
  readonly streams: EventStreams;
  readonly logTail: LogTail;
  readonly #run: StorageRun;

  private constructor(
    folder: string,
    visitor: TestDashboard,
    streams: EventStreams,
    logTail: LogTail,
    run: StorageRun,
  ) {
    this.folder = folder;
    this.visitor = visitor;
    this.streams = streams;
    this.logTail = logTail;
    this.#run = run;
  }

  static async start({
    basePath = "",
    fill,
    tasks = [],
    parts = {},
  }: TestPagesOptions = {}): Promise<TestPages> {
    const folder = await mkdtemp(join(tmpdir(), "cll-pages-"));
    const database = new Database(join(folder, "data.db"), { create: true, strict: true });
    migrate(database);
    database.transaction(() => fill?.(database))();
    database.close();
    const run = new StorageRun(folder);
    await run.storage.start();
    const streams = new EventStreams();
    const logTail = new LogTail();
    const sources = webSources({ ...partsOf(run, tasks), logDirectory: folder, logTail, ...parts });
    const visitor = await TestDashboard.start({
      basePath,
      routes: (render) =>
        new Elysia().use(pageRoutes(render, sources)).use(apiRoutes(sources, streams, "1.2.3")),
    });
    await visitor.login();
    return new TestPages(folder, visitor, streams, logTail, run);
  }

  async text(path: string): Promise<string> {
    return (await this.visitor.get(path)).text();
  }

  /** What the API gives, as the test expects it. */
  async json<T>(path: string): Promise<T> {
    return (await (await this.visitor.get(path)).json()) as T;
  }

  async stop(): Promise<void> {
    this.streams.close();
    await this.#run.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function partsOf(
  { storage }: StorageRun,
  tasks: readonly LiveTask[],
): Omit<WebParts, "logDirectory" | "logTail"> {
  return {
    version: "1.2.3",
    startedAt: Date.parse("2026-01-10T00:00:00.000Z"),
    isDemo: false,
    limits: { maxRunning: 5, maxQueued: 200 },
    readiness: async () => ({ ready: true, reasons: [], notices: [] }),
    storage,
    canvases: {
      status: () => [{ name: "Planning", canvasId: "canvas-1", state: "live", lastEventAt: null }],
    },
    engines: [
      {
        status: () => ({
          ...{
            kind: "text",
            name: "small",
            endpoint: null,
            state: "ready",
            usable: true,
            model: null,
            error: null,
          },
          ...{
            queued: 0,
            active: 0,
            crashes: 0,
            refused: 0,
            pid: 1,
            residentBytes: 1_000_000,
            download: null,
          },
        }),
      },
    ],
    live: { of: () => ({ step: "writing", tokens: 42, tokensPerSecond: 12.5 }) },
    gpus: {
      status: () => ({ state: "absent", message: null, source: null, gpus: 0, readings: 0, failures: 0 }),
      latest: () => [],
    },
    tasks: { status: () => ({ running: tasks.length, waiting: 0, overflow: 0 }), liveTasks: () => tasks },
  };
}
