import { toAppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";

/** What shells expect after these signals. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
const EXIT_FAILURE = 1;

interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the service and waits for a reason to stop it: a signal, an error at the start, or an error nobody expected.
 * A second signal does not wait for anything any more.
 *
 * @returns the exit code: 130 after SIGINT, 143 after SIGTERM, 1 after an error.
 */
export async function runUntilStopped(service: Startable, logger: Logger): Promise<number> {
  // The history holds what people wrote, and models may be licensed to this user: nobody else may read our files.
  process.umask(0o077);
  const reason = Promise.withResolvers<number>();
  const forced = Promise.withResolvers<number>();
  let signals = 0;
  const onSignal = (signal: keyof typeof EXIT_CODES) => {
    signals += 1;
    if (signals === 1) {
      logger.info(`stopping after ${signal}; a second one stops at once`, {
        source: "service/run-until-stopped.ts:runUntilStopped",
      });
      reason.resolve(EXIT_CODES[signal]);
      return;
    }
    logger.warn("stopped at once: what was under way is taken up by the next start", {
      source: "service/run-until-stopped.ts:runUntilStopped",
    });
    forced.resolve(EXIT_CODES[signal]);
  };
  const onUncaught = (error: unknown) => {
    logger.error("an error nobody expected stops the service", {
      source: "service/run-until-stopped.ts:runUntilStopped",
      error,
    });
    reason.resolve(EXIT_FAILURE);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // A reader of stdout that goes away is no reason to stop; the log looks after stderr itself.
  process.stdout.on("error", () => undefined);
  process.on("uncaughtException", onUncaught);
  process.on("unhandledRejection", onUncaught);

  const started = service.start().catch((thrown) => {
    const error = toAppError(thrown);
    if (error.code !== "CANCELLED")
      logger.error(`cannot start: ${error.message}`, {
        source: "service/run-until-stopped.ts:runUntilStopped",
        error,
      });
    reason.resolve(EXIT_FAILURE);
  });
  const exitCode = await reason.promise;
  const began = performance.now();
  const stopped = service.stop().then(async () => {
    await started;
    logger.info("stopped", {
      source: "service/run-until-stopped.ts:runUntilStopped",
      duration_ms: Math.round(performance.now() - began),
      exit_code: exitCode,
    });
    return exitCode;
  });
  return Promise.race([stopped, forced.promise]);
}
