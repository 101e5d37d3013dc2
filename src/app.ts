import { join } from "node:path";
import { answerNote, DEMO_STYLE, generateImage, NOTE_STYLE } from "./abilities/answer-note.ts";
import { buildInfo } from "./build-info.ts";
import { CanvasGroup } from "./canvus/canvas-group.ts";
import { canvusClient } from "./canvus/connect.ts";
import { systemTimers } from "./canvus/timers.ts";
import type { Config } from "./config/schema.ts";
import { AppError } from "./errors/app-error.ts";
import { LocalTextEngine } from "./inference/local-text-engine.ts";
import { ModelHost } from "./inference/model-host.ts";
import { DEFAULT_LIMITS } from "./inference/supervisor-state.ts";
import { prepareModel } from "./models/prepare-model.ts";
import { GpuMonitor } from "./observability/gpu-monitor.ts";
import { GpuThread } from "./observability/gpu-thread.ts";
import type { Logger } from "./observability/logger.ts";
import { judgeReadiness } from "./service/readiness.ts";
import { Storage } from "./storage/storage.ts";
import { CanvasBoard } from "./tasks/canvas-board.ts";
import { TaskService } from "./tasks/task-service.ts";
import type { ErrorRecorder } from "./telemetry/error-recorder.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { WebService } from "./web/web-service.ts";

interface Part {
  readonly name: string;
  readonly part: { stop(): Promise<void> };
}

/** The composition root: builds every part once, starts them in order and stops them in reverse. */
export class App {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #errors: ErrorRecorder;
  readonly #running: Part[] = [];
  #password: string | undefined;
  #web: WebService | undefined;
  #stopped: Promise<void> | undefined;

  /** @param password of the dashboard; kept until `start` has its hash. */
  constructor(config: Config, password: string | undefined, logger: Logger, errors: ErrorRecorder) {
    this.#config = config;
    this.#password = password;
    this.#logger = logger;
    this.#errors = errors;
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
    const model = await prepareModel(config.LLAMA_MODEL_PATH, config.CANVUSLLM_DATA_DIR);
    if (model.isDemo)
      logger.warn("the built-in demo model answers: it only knows a few facts", { source: "app.ts:start" });

    const databaseFile = join(config.CANVUSLLM_DATA_DIR, "data.db");
    const storage = new Storage({
      file: databaseFile,
      workers: {
        writer: new URL("./storage/worker.ts", import.meta.url),
        queries: new URL("./storage/query-worker.ts", import.meta.url),
      },
      retention: {
        historyMs: config.CANVUSLLM_HISTORY_RETENTION,
        metricsMs: config.CANVUSLLM_METRICS_RETENTION,
      },
      warnBytes: config.CANVUSLLM_DB_WARN_SIZE,
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
    this.#begun("GPU monitor", gpus);
    gpus.start();
    const errors = this.#errors;
    const telemetry = new Telemetry({ storage, databaseFile, gpus, errors, timers: systemTimers, logger });
    this.#begun("telemetry", telemetry);

    const models = new ModelHost(logger);
    const engine = new LocalTextEngine({
      host: models,
      memory: storage.modelMemory,
      keepAliveMs: config.CANVUSLLM_MODEL_KEEP_ALIVE,
      modelPath: model.path,
      isDemo: model.isDemo,
      contextSize: config.LLAMA_CONTEXT_SIZE,
      threads: config.LLAMA_THREADS,
      gpu: config.LLAMA_GPU,
      maxConcurrent: config.MAX_CONCURRENT,
      onWaiting: (isWaiting) => tasks.modelAvailable(!isWaiting),
      limits: { ...DEFAULT_LIMITS, noProgressMs: config.AI_TIMEOUT },
      logger,
    });

    const references = config.CANVAS_IDS ?? [];
    const client = await canvusClient(config, logger);

    const tasks = new TaskService({
      limits: {
        maxRunning: config.MAX_CONCURRENT,
        maxQueued: config.CANVUSLLM_QUEUE_LIMIT,
        // With several canvases none of them can fill the queue alone.
        maxQueuedPerCanvas: Math.ceil(config.CANVUSLLM_QUEUE_LIMIT / Math.max(1, references.length)),
        maxRetries: config.MAX_RETRIES,
        retryDelayMs: config.RETRY_DELAY,
        processingTimeoutMs: config.PROCESSING_TIMEOUT,
      },
      settleMs: config.CANVUSLLM_PROMPT_SETTLE_MS,
      journal: storage.journal,
      abilities: {
        note_prompt: answerNote({
          engine: telemetry.recorded(engine),
          maxTokens: config.OPENAI_NOTE_RESPONSE_TOKENS,
          style: model.isDemo ? DEMO_STYLE : NOTE_STYLE,
        }),
        image_prompt: generateImage,
      },
      timers: systemTimers,
      logger,
    });

    const canvases = new CanvasGroup({
      client,
      references,
      idleTimeoutMs: config.CANVUSLLM_STREAM_IDLE_TIMEOUT,
      timers: systemTimers,
      logger,
      onCanvas: (canvas, state) => tasks.adopt(new CanvasBoard({ canvasId: canvas.id, client, state })),
      onChanges: (canvasId, changes, origin) => {
        tasks.onChanges(canvasId, changes);
        telemetry.canvasEvents.onChanges(canvasId, changes, origin);
      },
      onAvailable: (canvasId, available) => tasks.canvasAvailable(canvasId, available),
    });

    const web = new WebService({
      config,
      version: buildInfo.version,
      password: this.#password,
      readiness: () => judgeReadiness({ storage, canvases, engine, gpus, isDemo: model.isDemo }),
      sessions: storage.sessions,
      logger,
    });
    this.#password = undefined;
    this.#begun("web server", web);
    await web.start();
    this.#web = web;
    logger.info(`dashboard on ${web.url}`, { source: "app.ts:start" });

    this.#begun("text engine", engine);
    await engine.start();
    this.#begun("tasks", tasks);
    this.#begun("canvases", canvases);
    telemetry.start({ engine, tasks, canvases });
    await canvases.start();
    this.#throwIfStopped();
  }

  /** Stops what was started, in reverse; also in the middle of a start. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    for (const { name, part } of this.#running.splice(0).reverse()) {
      await part
        .stop()
        .catch((error) =>
          this.#logger.warn(`the ${name} did not stop cleanly`, { source: "app.ts:stopAll", error }),
        );
    }
  }

  /** To be called before a part starts: a stop that comes while it does must find it. */
  #begun(name: string, part: Part["part"]): void {
    this.#throwIfStopped();
    this.#running.push({ name, part });
  }

  #throwIfStopped(): void {
    if (this.#stopped) throw new AppError("CANCELLED", "The service was stopped while it started.");
  }
}
