// A service that does nothing but log, and then what its argument says; started by service-log.test.ts.
import { loadConfig } from "../../config/load.ts";
import { runUntilStopped } from "../../service/run-until-stopped.ts";
import { drainOutput } from "../drain-output.ts";
import { openServiceLog } from "../service-log.ts";

const source = "cli/testing/noisy-service.ts:module";
const [what = "", count = "0"] = process.argv.slice(2);

let ticked = Number(count);
let ticking: ReturnType<typeof setInterval> | undefined;
const ends: Record<string, () => void> = {
  tick: () => {
    ticking = setInterval(() => {
      process.stdout.write("tick\n");
      log.logger.info("tick", { source, n: ticked++ });
    }, 2);
  },
  wait: () => undefined,
  throw: () => {
    setTimeout(() => {
      throw new TypeError("thrown by nobody's fault");
    });
  },
  reject: () => void Promise.reject(new RangeError("rejected and forgotten")),
};

const { config } = await loadConfig({
  environment: process.env,
  envFile: { directories: [] },
  workingDirectory: process.cwd(),
});
if (config === undefined) throw new Error("wrong settings");
const log = openServiceLog(config);
const alive = setInterval(() => undefined, 1000);
const exitCode = await runUntilStopped(
  {
    start: async () => {
      for (let n = 0; n < Number(count); n++) log.logger.info(`entry ${n}`, { source, n });
      ends[what]?.();
    },
    stop: async () => {
      clearInterval(ticking);
      return { clean: true, overdue: [], forced: false };
    },
  },
  log.logger,
);
clearInterval(alive);
await log.close();
await drainOutput();
process.exit(exitCode);
