import { type AppError, toAppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";

/**
 * A model whose files may come, or be put right, while the service runs: they are looked at for each request until they
 * are usable, and then not any more.
 */
export class LateModel {
  readonly #look: () => Promise<void>;
  #opening: Promise<void> | null = null;
  #problem: AppError | null = null;

  /** @param look looks at the files, and makes the model known to its host */
  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** What is wrong, as far as is known. */
  get problem(): AppError | null {
    return this.#problem;
  }

  /** @throws AppError what is wrong; it is tried again the next time then */
  open(): Promise<void> {
    this.#opening ??= this.#look().then(
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

  /** For the start: what is wrong is logged, because everything else works without this model. */
  async openOrSay(logger: Logger, consequence: string): Promise<void> {
    await this.open().catch((error: unknown) => {
      logger.warn(`${consequence}: ${toAppError(error).message}`, {
        source: "inference/late-model.ts:openOrSay",
        error,
      });
    });
  }
}
