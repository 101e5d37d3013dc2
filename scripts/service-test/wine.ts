import { readdir, readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Execution } from "../../src/e2e/executable.ts";
import { Harness } from "../../src/e2e/harness.ts";
import { Checks, eventually } from "./checks.ts";

/** The folder of the executable under test has a name of its own, by which its processes are known. */
const MARK = basename(dirname(process.env.CLL_EXECUTABLE ?? ""));
const GONE_S = 5;

const checks = new Checks();

interface WindowsProcess {
  readonly pid: number;
  /** What follows the executable on its command line. */
  readonly args: string;
}

/** Programs that Wine has started from the folder; what the system itself needs is not among them. */
async function windowsProcesses(): Promise<WindowsProcess[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const words = (await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")).split("\0");
      const isOurs = words[0]?.includes(`\\${MARK}\\canvuslocallm.exe`);
      return isOurs ? [{ pid: Number(id), args: words.slice(1).join(" ").trim() }] : [];
    }),
  );
  return found.flat();
}

async function pidOf(args: string): Promise<number> {
  const found = (await windowsProcesses()).find((each) => each.args.startsWith(args));
  if (!found) throw new Error(`no process runs "${args}"`);
  return found.pid;
}

async function serviceIsGone(): Promise<boolean> {
  return eventually(GONE_S, async () =>
    (await windowsProcesses()).every(({ args }) => args.startsWith("simulate")),
  );
}

async function commands(): Promise<void> {
  const version = new Execution(["version"]);
  checks.check("version", (await version.exited) === 0 && /windows-x64/.test(version.stdout.join("\n")));
  const config = new Execution(["config"]);
  const shown = config.stdout;
  checks.check("config names what is missing", (await config.exited) === 1, shown);
  const service = new Execution(["service", "status", "--user"]);
  checks.check("service --user is refused with a reason", (await service.exited) === 1, service.stderr);
}

async function answers(harness: Harness, question: string, answer: string): Promise<void> {
  const { id } = await harness.canvas.addNote(`{{${question}}}`);
  const note = await harness.canvas.answerWith(answer, id);
  checks.check(`the engine loads and answers: ${note.text}`, true);
}

async function endsOnCtrlC(harness: Harness): Promise<void> {
  const service = await harness.runReady();
  await answers(harness, "What is the capital of France?", "Paris.");
  const second = harness.run();
  checks.check("a second service is refused", (await second.exited) === 1, second.stderr);
  // Wine hands the signal on to the program as Ctrl+C.
  process.kill(await pidOf("run"), "SIGINT");
  const exitCode = await service.exited;
  const last = service.log.at(-1);
  checks.check("Ctrl+C ends it in order, exit code 130", exitCode === 130, { exitCode, last });
  checks.check("its last entry says so", last?.message === "stopped" && last.forced === false, last);
  checks.check("no process is left", await serviceIsGone(), await windowsProcesses());
}

/** The model process is frozen, so that it cannot notice anything by itself: only the job object can end it. */
async function leavesNoOrphan(harness: Harness): Promise<void> {
  await harness.runReady();
  const [main, runner] = [await pidOf("run"), await pidOf("runner")];
  process.kill(runner, "SIGSTOP");
  process.kill(main, "SIGKILL");
  checks.check("killed, it takes the frozen model process along", await serviceIsGone(), {
    left: await windowsProcesses(),
  });
}

async function startsAgain(harness: Harness): Promise<void> {
  const service = await harness.runReady();
  await answers(harness, "What is the capital of Spain?", "Madrid.");
  process.kill(await pidOf("run"), "SIGINT");
  checks.check("after the kill it starts and stops as ever", (await service.exited) === 130);
}

try {
  await commands();
  const harness = await Harness.start();
  checks.check("simulate", true);
  try {
    await endsOnCtrlC(harness);
    await leavesNoOrphan(harness);
    await startsAgain(harness);
  } finally {
    await harness.close();
  }
} catch (error) {
  checks.check("the test came to its end", false, String(error));
} finally {
  for (const { pid } of await windowsProcesses()) process.kill(pid, "SIGKILL");
}
process.exit(checks.end());
