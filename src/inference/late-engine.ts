import { type AppError, toAppError } from "../errors/app-error.ts";
import { type EngineStatus, LocalEngine, type LocalEngineOptions, type Waited } from "./local-engine.ts";
import type { WorkOptions } from "./pending-requests.ts";
import type { EngineKind } from "./protocol.ts";
import type { WorkKind, WorkRequest, WorkResult } from "./runner-work.ts";

/**
 * A local engine whose files may come, or be put right, while the service runs: they are looked at for each request
 * until they are usable, and then not any more. Its model is loaded for the first request.
 */
export class LateEngine {
  readonly #options: LocalEngineOptions;
  readonly #engine: LocalEngine;
  readonly #look: (engine: LocalEngine) => Promise<void>;
  #opening: Promise<void> | null = null;
  #problem: AppError | null = null;

  /** @param look looks at the files, and opens the engine with them */
  constructor(kind: EngineKind, options: LocalEngineOptions, look: (engine: LocalEngine) => Promise<void>) {
    this.#options = options;
    this.#engine = new LocalEngine(kind, options);
    this.#look = look;
  }

  /** Looks at the files. What is wrong is logged and in the status, because everything else works without them. */
  async start(consequence: string): Promise<void> {
    await this.#open().catch((error: unknown) => {
      this.#options.logger.warn(`${consequence}: ${toAppError(error).message}`, {
        source: "inference/late-engine.ts:start",
        error,
      });
    });
  }

  /** See LocalEngine.stop. */
  stop(drainMs: number): Promise<void> {
    return this.#engine.stop(drainMs);
  }

  status(): EngineStatus {
    const status = this.#engine.status();
    return this.#problem === null ? status : { ...status, state: "failed", error: this.#problem };
  }

  /** @throws AppError what is wrong with the files, and what LocalEngine.run throws */
  async run<Kind extends WorkKind>(
    request: Extract<WorkRequest, { kind: Kind }>,
    options: WorkOptions,
  ): Promise<{ readonly result: WorkResult<Kind>; readonly waited: Waited }> {
    await this.#open();
    return this.#engine.run<Kind>(request, options);
  }

  #open(): Promise<void> {
    this.#opening ??= this.#look(this.#engine).then(
      () => {
        this.#problem = null;
      },
      (error: unknown) => {
        this.#opening = null;
        this.#problem = toAppError(error);
        throw error;
      },
    );
    return this.#opening;
  }
}
