import { type AppError, toAppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import type { ShutdownResult } from "./shutdown.ts";

/** 128 and the signal's number, as shells have it. SIGBREAK is Ctrl+Break on Windows. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGBREAK: 130 } as const;
const EXIT_OK = 0;
const EXIT_FAILURE = 1;

export interface Service {
  start(): Promise<void>;
  /** @param letWorkEnd false after an error nobody expected: what is under way is left to the next start */
  stop(letWorkEnd: boolean): Promise<ShutdownResult>;
}

interface Reason {
  readonly name: string;
  readonly exitCode: number;
  /** Why the start failed. The last line says it again: the first time stands above all the steps of the shutdown. */
  readonly startError?: AppError;
}

/**
 * Starts the service and waits for a reason to stop it: a signal, an error at the start, an error nobody expected, or
 * the program itself. A second signal does not wait for anything any more.
 *
 * @param cancel stops the service from within the program, with exit code 0
 * @returns the exit code: 130 after SIGINT, 143 after SIGTERM, 129 after SIGHUP, 1 after an error, also one while stopping.
 */
export async function runUntilStopped(
  service: Service,
  logger: Logger,
  cancel?: AbortSignal,
): Promise<number> {
  // The history holds what people wrote, and models may be licensed to this user: nobody else may read our files.
  process.umask(0o077);
  const source = "service/run-until-stopped.ts:runUntilStopped";
  const stopFor = Promise.withResolvers<Reason>();
  const forced = Promise.withResolvers<number>();
  let signals = 0;
  for (const [name, exitCode] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      signals += 1;
      if (signals === 1) {
        logger.info(`stopping after ${name}; a second signal stops at once`, { source, reason: name });
        stopFor.resolve({ name, exitCode });
        return;
      }
      logger.warn("stopped at once: what was under way is taken up by the next start", {
        source,
        reason: `second signal, ${name}`,
        forced: true,
        exit_code: exitCode,
      });
      forced.resolve(exitCode);
    });
  }
  const onUncaught = (error: unknown) => {
    logger.error("an error nobody expected stops the service", { source, error });
    stopFor.resolve({ name: "error", exitCode: EXIT_FAILURE });
  };
  // A reader of stdout that goes away is no reason to stop; the log looks after stderr itself.
  process.stdout.on("error", () => undefined);
  process.on("uncaughtException", onUncaught);
  process.on("unhandledRejection", onUncaught);
  cancel?.addEventListener("abort", () => stopFor.resolve({ name: "the program", exitCode: EXIT_OK }));

  service.start().catch((thrown) => {
    const error = toAppError(thrown);
    if (error.code !== "CANCELLED") logger.error(`cannot start: ${error.message}`, { source, error });
    stopFor.resolve({ name: "error at the start", exitCode: EXIT_FAILURE, startError: error });
  });
  const reason = await stopFor.promise;
  return Promise.race([stopFully(service, reason, logger), forced.promise]);
}

async function stopFully(service: Service, reason: Reason, logger: Logger): Promise<number> {
  const began = performance.now();
  const result = await service.stop(reason.exitCode !== EXIT_FAILURE);
  const exitCode = result.clean ? reason.exitCode : EXIT_FAILURE;
  const fields = {
    source: "service/run-until-stopped.ts:stopFully",
    reason: reason.name,
    duration_ms: Math.round(performance.now() - began),
    forced: result.forced,
    exit_code: exitCode,
  };
  if (result.forced) logger.error("stopped by force: SHUTDOWN_TIMEOUT was over", fields);
  else if (result.clean) logger.info(lastWords(reason), fields);
  else logger.warn("stopped, but not everything ended well", fields);
  return exitCode;
}

function lastWords({ startError }: Reason): string {
  if (startError === undefined || startError.code === "CANCELLED") return "stopped";
  return `stopped, because it could not start: ${startError.message} ${startError.hint}`;
}
