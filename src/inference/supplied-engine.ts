import { AppError, toAppError } from "../errors/app-error.ts";
import type { SupplyProgress } from "../models/model-supply.ts";
import type { Logger } from "../observability/logger.ts";
import type { EngineStatus } from "./local-engine.ts";
import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "./text-engine.ts";

/** What gets a model onto this machine. */
export interface Supply {
  readonly progress: SupplyProgress;
  isPresent(): Promise<boolean>;
  fetch(signal: AbortSignal, onProgress: () => void): Promise<void>;
}

export interface SuppliedEngineOptions {
  /** What is started when its model is there. */
  readonly engine: {
    start(): Promise<void>;
    stop(): Promise<void>;
    status(): EngineStatus;
  };
  /** Started after it: its files come with the same download, or are there. */
  readonly companion?: { start(): Promise<void> } | undefined;
  /** Null when the model must be there already. */
  readonly supply: Supply | null;
  /** Called with true when requests begin to wait for the model; the engine itself tells when they need not any more. */
  readonly onWaiting: (isWaiting: boolean) => void;
  readonly logger: Logger;
}

/** An engine whose model may still have to be downloaded: the service runs meanwhile, and requests wait. */
export class SuppliedEngine {
  readonly #options: SuppliedEngineOptions;
  readonly #stopping = new AbortController();
  /** Told about each change of the progress, while they wait. */
  readonly #waiting = new Set<() => void>();
  /** Settled when the engine is started; null when there is nothing to wait for. */
  #arrival: Promise<void> | null = null;
  #failure: AppError | null = null;

  constructor(options: SuppliedEngineOptions) {
    this.#options = options;
  }

  /**
   * Starts the engine, or begins to download its model.
   * @throws what the engine throws when its model is there; AppError CANCELLED when it was stopped meanwhile
   */
  async start(): Promise<void> {
    const { supply, onWaiting } = this.#options;
    const isPresent = supply === null || (await supply.isPresent());
    if (this.#stopping.signal.aborted)
      throw new AppError("CANCELLED", "The engine was stopped while it started.");
    if (isPresent) return this.#startBoth();
    onWaiting(true);
    this.#arrival = this.#arrive(supply);
    // Those who wait get to know why; that nobody waits is no mistake.
    this.#arrival.catch(() => undefined);
  }

  /** Ends the download, which goes on with the next start, and the engine. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#arrival?.catch(() => undefined);
    await this.#options.engine.stop();
  }

  status(): EngineStatus {
    const { engine, supply } = this.#options;
    const status = engine.status();
    const error = this.#failure && { code: this.#failure.code, message: this.#failure.message };
    const download = this.#arrival === null || error !== null ? null : (supply?.progress ?? null);
    return { ...status, error: error ?? status.error, download };
  }

  /** The same engine, which waits for its model first. @param engine the one that is started here, perhaps wrapped */
  hold(engine: TextEngine): TextEngine {
    return {
      generate: async (request: TextRequest, options: GenerateOptions): Promise<TextResult> => {
        await this.#arrived(options.signal, options.onWaiting);
        return engine.generate(request, options);
      },
      countTokens: async (texts, options) => {
        await this.#arrived(options.signal);
        return engine.countTokens(texts, options);
      },
      contextSize: async () => {
        await this.#arrived(this.#stopping.signal);
        return engine.contextSize();
      },
    };
  }

  async #startBoth(): Promise<void> {
    await this.#options.engine.start();
    await this.#options.companion?.start();
  }

  async #arrive(supply: Supply): Promise<void> {
    const { onWaiting, logger } = this.#options;
    try {
      await supply.fetch(this.#stopping.signal, () => {
        for (const tell of this.#waiting) tell();
      });
      await this.#startBoth();
      this.#arrival = null;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (this.#stopping.signal.aborted) throw error;
      this.#failure = error;
      logger.error(`the model cannot be used: ${error.message}`, {
        source: "inference/supplied-engine.ts:arrive",
        error,
      });
      onWaiting(false);
      throw error;
    }
  }

  async #arrived(signal: AbortSignal, onWaiting?: (what: string) => void): Promise<void> {
    const { supply } = this.#options;
    const arrival = this.#arrival;
    if (arrival === null || supply === null) return;
    const tell = () => onWaiting?.(waitingWords(supply.progress));
    const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
    const onAbort = () => giveUp(new AppError("CANCELLED", "The answer was cancelled."));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.add(tell);
    tell();
    try {
      await Promise.race([arrival, given]);
      onWaiting?.("loading the model …");
    } finally {
      this.#waiting.delete(tell);
      signal.removeEventListener("abort", onAbort);
    }
  }
}

function waitingWords({ percent, error }: SupplyProgress): string {
  if (error !== null) return "waiting for the model, which cannot be downloaded just now …";
  const share = percent === null ? "" : `, ${percent} % so far`;
  return `waiting for the model to be downloaded${share} …`;
}
