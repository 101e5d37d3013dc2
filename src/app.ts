import { join } from "node:path";
import { buildInfo } from "./build-info.ts";
import { CanvasGroup } from "./canvus/canvas-group.ts";
import { canvusClient } from "./canvus/connect.ts";
import { Downloads } from "./canvus/downloads.ts";
import { createAbilities, downloadsFolder } from "./composition/create-abilities.ts";
import { createEngines } from "./composition/create-engines.ts";
import { describeService } from "./composition/describe-service.ts";
import { storageSettings, taskLimits } from "./composition/part-settings.ts";
import { judgeReadiness } from "./composition/readiness.ts";
import type { Config } from "./config/schema.ts";
import { Documents } from "./documents/documents.ts";
import { AppError } from "./errors/app-error.ts";
import { measureBudget } from "./inference/memory-budget.ts";
import { ModelHost } from "./inference/model-host.ts";
import { GpuMonitor } from "./observability/gpu-monitor.ts";
import { gpuMemoryReleased } from "./observability/gpu-release.ts";
import { GpuThread } from "./observability/gpu-thread.ts";
import { logDirectory } from "./observability/log-folder.ts";
import type { LogTail } from "./observability/log-tail.ts";
import type { Logger } from "./observability/logger.ts";
import { runShutdown, type ShutdownResult } from "./service/shutdown.ts";
import { type RunningParts, shutdownSteps } from "./service/shutdown-steps.ts";
import { SystemdNotifier } from "./service/systemd.ts";
import { Storage } from "./storage/storage.ts";
import { CanvasBoard } from "./tasks/canvas-board.ts";
import { TaskService } from "./tasks/task-service.ts";
import type { ErrorRecorder } from "./telemetry/error-recorder.ts";
import { LiveGenerations } from "./telemetry/live-generations.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { systemTimers } from "./timers.ts";
import { WebService } from "./web/web-service.ts";
import { webSources } from "./web/web-sources.ts";

/** The log of the service, and what hands its entries on. */
export interface AppLog {
  readonly logger: Logger;
  readonly errors: ErrorRecorder;
  readonly tail: LogTail;
}

/** The composition root: builds every part once, starts them in order and stops them in the order of FR-6. */
export class App {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #log: AppLog;
  readonly #systemd: SystemdNotifier;
  readonly #running: RunningParts = {};
  #password: string | undefined;
  #web: WebService | undefined;
  #stopped: Promise<ShutdownResult> | undefined;

  /** @param password of the dashboard; kept until `start` has its hash. */
  constructor(config: Config, password: string | undefined, log: AppLog) {
    const { logger } = log;
    this.#config = config;
    this.#password = password;
    this.#logger = logger;
    this.#log = log;
    this.#systemd = new SystemdNotifier({ environment: process.env, timers: systemTimers, logger });
  }

  /** Address of the dashboard, once it is started. */
  get url(): string {
    return this.#web?.url ?? "";
  }

  /**
   * @throws AppError when the service cannot work at all, CANCELLED when it was stopped meanwhile; in both cases call
   * `stop`. A Canvus server that does not answer is no such reason, it is waited for.
   */
  async start(): Promise<void> {
    const config = this.#config;
    const logger = this.#logger;
    const databaseFile = join(config.CANVUSLLM_DATA_DIR, "data.db");
    const storage = new Storage({
      file: databaseFile,
      workers: {
        writer: new URL("./storage/worker.ts", import.meta.url),
        queries: new URL("./storage/query-worker.ts", import.meta.url),
      },
      ...storageSettings(config),
      timers: systemTimers,
      logger,
    });
    this.#begun("storage", storage);
    await storage.start();

    const gpus = new GpuMonitor({
      probe: new GpuThread(new URL("./observability/gpu-worker.ts", import.meta.url)),
      timers: systemTimers,
      logger,
    });
    this.#begun("gpus", gpus);
    gpus.start();
    const { errors, tail } = this.#log;
    const telemetry = new Telemetry({ storage, databaseFile, gpus, errors, timers: systemTimers, logger });
    this.#begun("telemetry", telemetry);

    const gpuReleased = (pid: number) => gpuMemoryReleased(pid, { gpus, timers: systemTimers, logger });
    const live = new LiveGenerations(() => performance.now());
    const engines = await createEngines({
      config,
      host: new ModelHost(logger, measureBudget, gpuReleased),
      memory: storage.modelMemory,
      telemetry,
      live,
      onWaiting: (isWaiting) => tasks.modelAvailable(!isWaiting),
      logger,
    });
    if (engines.isDemo)
      logger.warn("the built-in demo model answers: it only knows a few facts", { source: "app.ts:start" });
    const client = await canvusClient(config, logger);

    const downloads = new Downloads({ folder: downloadsFolder(config), client, timers: systemTimers });
    this.#begun("downloads", downloads);
    await downloads.start();

    const documents = new Documents({
      folder: join(downloadsFolder(config), "pictures"),
      maxFileSize: config.MAX_FILE_SIZE,
      timers: systemTimers,
      logger,
    });
    this.#begun("documents", documents);
    await documents.start();

    const limits = taskLimits(config);
    const tasks = new TaskService({
      limits,
      settleMs: config.CANVUSLLM_PROMPT_SETTLE_MS,
      journal: storage.journal,
      abilities: createAbilities(config, { ...engines, documents }, storage),
      timers: systemTimers,
      logger,
    });

    const canvases = new CanvasGroup({
      client,
      references: config.CANVAS_IDS ?? [],
      idleTimeoutMs: config.CANVUSLLM_STREAM_IDLE_TIMEOUT,
      timers: systemTimers,
      logger,
      onCanvas: (canvas, state) =>
        tasks.adopt(new CanvasBoard({ canvasId: canvas.id, client, downloads, state })),
      onChanges: (canvasId, changes, origin) => {
        tasks.onChanges(canvasId, changes);
        telemetry.canvasEvents.onChanges(canvasId, changes, origin);
      },
      onAvailable: (canvasId, available) => tasks.canvasAvailable(canvasId, available),
    });

    const { all, isDemo } = engines;
    const parts = { storage, canvases, engine: engines, engines: all, gpus, isDemo };
    const readiness = () => judgeReadiness({ ...parts, isStopping: this.#stopped !== undefined });
    const web = new WebService({
      config,
      version: buildInfo.version,
      password: this.#password,
      readiness,
      sources: webSources({
        ...{ ...parts, tasks, live, version: buildInfo.version, readiness, limits },
        startedAt: systemTimers.now(),
        logDirectory: logDirectory(config),
        logTail: tail,
      }),
      sessions: storage.sessions,
      logger,
    });
    this.#password = undefined;
    this.#begun("web", web);
    await web.start();
    this.#web = web;
    logger.info(`dashboard on ${web.url}`, { source: "app.ts:start" });

    this.#begun("engines", engines);
    await engines.start();
    // Now, not when the canvases are there: a Canvus server that is away is no reason to restart the service.
    this.#systemd.ready(() => describeService({ canvases, engine: engines, tasks }));
    this.#begun("tasks", tasks);
    this.#begun("canvases", canvases);
    telemetry.start({ engines: all, tasks, canvases });
    await canvases.start();
    this.#throwIfStopped();
  }

  /** Stops what was started; also in the middle of a start. Idempotent. */
  stop(letWorkEnd: boolean): Promise<ShutdownResult> {
    this.#stopped ??= this.#shutDown(letWorkEnd ? this.#config.SHUTDOWN_INFLIGHT_TIMEOUT : 0);
    return this.#stopped;
  }

  async #shutDown(inflightMs: number): Promise<ShutdownResult> {
    this.#systemd.stopping();
    const totalMs = this.#config.SHUTDOWN_TIMEOUT;
    const steps = shutdownSteps(this.#running, { inflightMs, totalMs }, systemTimers);
    return runShutdown(steps, { totalMs, timers: systemTimers, logger: this.#logger });
  }

  /** To be called before a part starts: a stop that comes while it does must find it. */
  #begun<Name extends keyof RunningParts>(name: Name, part: RunningParts[Name]): void {
    this.#throwIfStopped();
    this.#running[name] = part;
  }

  #throwIfStopped(): void {
    if (this.#stopped) throw new AppError("CANCELLED", "The service was stopped while it started.");
  }
}
