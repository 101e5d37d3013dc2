// A service that stops as its argument says; started by run-until-stopped.test.ts. Its log is on stdout.
import type { LogFields } from "../../observability/logger.ts";
import { runUntilStopped } from "../run-until-stopped.ts";
import type { ShutdownResult } from "../shutdown.ts";

const [mode = ""] = process.argv.slice(2);
const print = (level: string) => (message: string, fields?: LogFields) =>
  process.stdout.write(`${JSON.stringify({ level, message, ...fields, error: undefined })}\n`);
const logger = {
  debug: print("debug"),
  info: print("info"),
  warn: print("warn"),
  error: print("error"),
  child: () => logger,
  conceal: () => undefined,
};
const cancel = new AbortController();
const alive = setInterval(() => undefined, 1000);

const ends: Record<string, () => Promise<ShutdownResult>> = {
  hang: () => new Promise(() => undefined),
  fail: async () => ({ clean: false, overdue: ["a step"], forced: false }),
  forced: async () => ({ clean: false, overdue: ["a step"], forced: true }),
};

const exitCode = await runUntilStopped(
  {
    start: async () => {
      logger.info("started");
      if (mode === "cancel") cancel.abort();
    },
    stop: async (letWorkEnd) => {
      logger.info("stop", { letWorkEnd });
      return (await ends[mode]?.()) ?? { clean: true, overdue: [], forced: false };
    },
  },
  logger,
  cancel.signal,
);
clearInterval(alive);
process.exit(exitCode);
