import type { Config } from "../config/schema.ts";
import { readAuthority } from "../http/read-authority.ts";
import { GoogleVisionEngine } from "../inference/remote/google-vision-engine.ts";
import { RemoteHttp } from "../inference/remote/remote-http.ts";
import { RemoteImageEngine } from "../inference/remote/remote-image-engine.ts";
import { RemoteTextEngine } from "../inference/remote/remote-text-engine.ts";
import { RemoteVisionEngine } from "../inference/remote/remote-vision-engine.ts";
import type { ModelServer } from "../inference/remote/server.ts";
import { ServerClient } from "../inference/remote/server-client.ts";
import { ServerWatch } from "../inference/remote/server-watch.ts";
import type { Target } from "../inference/remote/targets.ts";
import type { Logger } from "../observability/logger.ts";
import { systemTimers } from "../timers.ts";

/** More than the queue of prompts ever sends at once; it only stops what runs away. */
const MAX_WAITING = 1000;

interface Known {
  readonly client: ServerClient;
  readonly models: Set<string>;
}

/**
 * Makes engines whose models run on servers, and looks after those servers. Each has one client, whatever it is asked
 * for, so that its limit of requests holds for all of that together. Nothing is sent before `start`.
 */
export class RemoteEngines {
  readonly #config: Config;
  readonly #http: RemoteHttp;
  readonly #logger: Logger;
  readonly #known = new Map<string, Known>();
  readonly #texts = new Map<string, RemoteTextEngine>();
  #watches: readonly ServerWatch[] = [];

  private constructor(config: Config, http: RemoteHttp, logger: Logger) {
    this.#config = config;
    this.#http = http;
    this.#logger = logger;
  }

  /** @throws AppError CONFIG_INVALID when the certificate authority cannot be read */
  static async create(config: Config, logger: Logger): Promise<RemoteEngines> {
    const ca = await readAuthority("LLM_CA_FILE", config.LLM_CA_FILE);
    return new RemoteEngines(config, new RemoteHttp({ timers: systemTimers, logger, ca }), logger);
  }

  /** The same model has the same engine. */
  text(target: Target): RemoteTextEngine {
    const client = this.#client(target);
    const key = `${target.server.endpoint} ${target.model ?? ""}`;
    const contextSize = this.#config.LLM_CONTEXT_SIZE;
    const { model } = target;
    const known = this.#texts.get(key);
    const engine = known ?? new RemoteTextEngine({ client, model, contextSize, logger: this.#logger });
    this.#texts.set(key, engine);
    return engine;
  }

  vision(target: Target): RemoteVisionEngine {
    return new RemoteVisionEngine({
      client: this.#client(target),
      model: target.model,
      logger: this.#logger,
    });
  }

  images(target: Target): RemoteImageEngine {
    return new RemoteImageEngine({ client: this.#client(target), model: target.model, logger: this.#logger });
  }

  ocr(server: ModelServer): GoogleVisionEngine {
    return new GoogleVisionEngine(this.#client({ server, model: undefined }));
  }

  /** Begins to look whether the servers are there. */
  start(): void {
    this.#watches = [...this.#known.values()].map(
      ({ client, models }) =>
        new ServerWatch({ client, models: [...models], timers: systemTimers, logger: this.#logger }),
    );
    for (const watch of this.#watches) watch.start();
  }

  stop(): void {
    for (const watch of this.#watches) watch.stop();
  }

  #client({ server, model }: Target): ServerClient {
    const key = `${server.endpoint} ${JSON.stringify(server.headers)}`;
    const known = this.#known.get(key) ?? { client: this.#create(server), models: new Set() };
    // The names of Azure's deployments are in no list.
    if (model !== undefined && !server.isCloud) known.models.add(model);
    this.#known.set(key, known);
    return known.client;
  }

  #create(server: ModelServer): ServerClient {
    const { MAX_CONCURRENT, AI_TIMEOUT, MAX_RETRIES, RETRY_DELAY } = this.#config;
    return new ServerClient({
      server,
      http: this.#http,
      limits: { maxActive: MAX_CONCURRENT, maxWaiting: MAX_WAITING },
      idleTimeoutMs: AI_TIMEOUT,
      maxRetries: MAX_RETRIES,
      retryDelayMs: RETRY_DELAY,
      timers: systemTimers,
      logger: this.#logger,
    });
  }
}
