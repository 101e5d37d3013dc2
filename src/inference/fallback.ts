import { type AppError, toAppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import type { ImageEngine } from "./image-engine.ts";
import type { EngineStatus } from "./local-engine.ts";
import type { GenerateOptions, TextEngine } from "./text-engine.ts";
import type { VisionEngine } from "./vision-engine.ts";

/** Which engine did it, and in whose place. */
interface Done<Result> {
  readonly result: Result;
  /** Null when the first one did. */
  readonly instead: { readonly name: string; readonly of: string; readonly error: AppError } | null;
}

export interface Candidate<Engine> {
  readonly engine: Engine;
  status(): Pick<EngineStatus, "name" | "endpoint">;
}

/** Two engines of which the second works when the first cannot. Only where the administrator has said so. */
class Fallback<Engine> {
  readonly first: Candidate<Engine>;
  readonly second: Candidate<Engine>;
  readonly #logger: Logger;

  constructor(first: Candidate<Engine>, second: Candidate<Engine>, logger: Logger) {
    this.first = first;
    this.second = second;
    this.#logger = logger;
  }

  /** For answers that people see grow: once they have seen a part of the first one's, that one stays. */
  async answer<Result>(
    options: GenerateOptions,
    work: (engine: Engine, options: GenerateOptions) => Promise<Result>,
  ): Promise<Done<Result>> {
    let hasText = false;
    const onText = (piece: string, tokens: number) => {
      hasText = true;
      options.onText?.(piece, tokens);
    };
    return this.run(
      (engine) => work(engine, { ...options, onText }),
      () => !hasText,
    );
  }

  async run<Result>(
    work: (engine: Engine) => Promise<Result>,
    maySwitch: () => boolean = () => true,
  ): Promise<Done<Result>> {
    try {
      return { result: await work(this.first.engine), instead: null };
    } catch (thrown) {
      const error = toAppError(thrown);
      // What is wrong with the request stays wrong elsewhere, and who gave up wants no answer.
      if (error.category === "data" || !maySwitch()) throw thrown;
      const instead = { name: nameOf(this.second), of: nameOf(this.first), error };
      this.#logger.warn(`${instead.of} cannot answer, ${instead.name} is asked instead: ${error.message}`, {
        source: "inference/fallback.ts:run",
        model: this.second.status().name,
        endpoint: this.second.status().endpoint ?? "local",
        error_code: error.code,
      });
      return { result: await work(this.second.engine), instead };
    }
  }
}

export function textFallback(
  first: Candidate<TextEngine>,
  second: Candidate<TextEngine>,
  logger: Logger,
): TextEngine {
  const both = new Fallback<TextEngine>(first, second, logger);
  return {
    generate: async (request, options) =>
      told(await both.answer(options, (engine, watched) => engine.generate(request, watched))),
    countTokens: async (texts, options) =>
      (await both.run((engine) => engine.countTokens(texts, options))).result,
    /** What is made to fit must fit into either. */
    async contextSize() {
      const { result } = await both.run((engine) => engine.contextSize());
      const other = await second.engine.contextSize().catch(() => result);
      return Math.min(result, other);
    },
  };
}

export function visionFallback(
  first: Candidate<VisionEngine>,
  second: Candidate<VisionEngine>,
  logger: Logger,
): VisionEngine {
  const both = new Fallback<VisionEngine>(first, second, logger);
  return {
    describe: async (request, options) =>
      told(await both.answer(options, (engine, watched) => engine.describe(request, watched))),
  };
}

export function imageFallback(
  first: Candidate<ImageEngine>,
  second: Candidate<ImageEngine>,
  logger: Logger,
): ImageEngine {
  const both = new Fallback<ImageEngine>(first, second, logger);
  return {
    draw: async (request, options) => told(await both.run((engine) => engine.draw(request, options))),
  };
}

/** The model's name goes into the history, the notice onto the canvas. */
function told<Result extends { readonly model: string }>({ result, instead }: Done<Result>): Result {
  if (instead === null) return result;
  return {
    ...result,
    model: `${result.model} (instead of ${instead.of})`,
    notice: `Answered by ${instead.name}, because ${instead.of} could not: ${instead.error.message}`,
  };
}

function nameOf(candidate: Candidate<unknown>): string {
  const { name, endpoint } = candidate.status();
  return endpoint === null ? `${name} on this machine` : `${name} on ${new URL(endpoint).host}`;
}
