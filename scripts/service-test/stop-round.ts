import { Database } from "bun:sqlite";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { TestCanvas } from "../../src/e2e/test-canvas.ts";
import { readHistory } from "../chaos-test/aftermath.ts";
import { Asker } from "../chaos-test/asker.ts";
import { Person, writesOf } from "../chaos-test/person.ts";
import { lastingProcesses } from "../chaos-test/processes.ts";
import { Random } from "../chaos-test/random.ts";
import { judge, type Widget } from "../chaos-test/verdict.ts";
import { CANVAS_IDS, TOKEN, Victims } from "../chaos-test/victims.ts";

export interface StopResult {
  readonly signal: "SIGTERM" | "SIGINT";
  /** From the start of the service to the signal. */
  readonly afterMs: number;
  readonly twice: boolean;
  /** From the signal to the end of the process. */
  readonly tookMs: number;
  readonly prompts: number;
  readonly violations: readonly string[];
}

/** Before the service handles signals the kernel ends the process, which Bun reports as the same codes. */
const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;
const SETTINGS = { CANVUSLLM_PROMPT_SETTLE_MS: "60", RETRY_DELAY: "50ms", MAX_CONCURRENT: "3" };
const MAX_DELAY_MS = 2500;
/** What may be in the data directory of a service that was not forced. */
const CLEAN = /^(data\.db|service\.lock|logs|models)$/;

/** One service under load, stopped at a moment that follows from the seed, and the next one that finishes its work. */
export class StopRound {
  readonly #random: Random;
  readonly #victims: Victims;
  readonly #folder: string;
  readonly #executable: string;
  readonly #violations: string[] = [];

  constructor(options: { readonly seed: number; readonly folder: string; readonly executable: string }) {
    this.#random = new Random(options.seed);
    this.#folder = options.folder;
    this.#executable = options.executable;
    this.#victims = new Victims(options.folder, SETTINGS);
  }

  async play(): Promise<StopResult> {
    const signal = this.#random.pick(["SIGTERM", "SIGINT"] as const);
    const twice = this.#random.chance(0.2);
    const afterMs = this.#random.between(60, MAX_DELAY_MS);
    await mkdir(this.#folder, { recursive: true });
    await this.#victims.startSimulator();
    const server = { url: this.#victims.url, token: TOKEN };
    const canvases = CANVAS_IDS.map((id) => new TestCanvas(server, id));
    try {
      const askers = canvases.map(
        (canvas) =>
          new Asker(new Person(server, canvas), new Random(this.#random.between(0, 2 ** 31)), ["note"]),
      );
      this.#victims.startService();
      const asking = Promise.all(askers.map((asker) => asker.ask(this.#random.between(4, 8))));
      await Bun.sleep(afterMs);
      const tookMs = await this.#stop(signal, twice);
      await asking;
      await this.#finish(canvases);
      await this.#judge(canvases, askers);
      const prompts = askers.flatMap(({ asked }) => asked).length;
      return { signal, afterMs, twice, tookMs, prompts, violations: this.#violations };
    } finally {
      for (const canvas of canvases) canvas.close();
      await this.#victims.end();
      if (this.#violations.length > 0) await this.#saveLogs();
    }
  }

  async #saveLogs(): Promise<void> {
    for (const { name, execution } of this.#victims.runs) {
      await Bun.write(join(this.#folder, `${name}.log`), `${execution.stderr.join("\n")}\n`);
    }
  }

  async #stop(signal: keyof typeof EXIT_CODES, twice: boolean): Promise<number> {
    const { service } = this.#victims;
    const began = performance.now();
    service.kill(signal);
    if (twice) {
      await Bun.sleep(this.#random.between(5, 60));
      service.kill(signal);
    }
    const exitCode = await service.exited;
    const tookMs = Math.round(performance.now() - began);
    if (exitCode !== EXIT_CODES[signal]) this.#violations.push(`exit code ${exitCode} after ${signal}`);
    const orphans = await lastingProcesses(this.#executable, [this.#victims.simulatorPid]);
    if (orphans.length > 0) this.#violations.push(`processes were left behind: ${orphans.join(", ")}`);
    const wasHandled = service.log.some(({ message }) => message === "stopped");
    if (wasHandled) await this.#expectClean();
    this.#checkDatabase();
    return tookMs;
  }

  async #expectClean(): Promise<void> {
    const files = await readdir(join(this.#folder, "data")).catch(() => []);
    const left = files.filter((file) => !CLEAN.test(file));
    if (left.length > 0) this.#violations.push(`files were left behind: ${left.join(", ")}`);
  }

  #checkDatabase(): void {
    const file = join(this.#folder, "data", "data.db");
    if (!Bun.file(file).size) return;
    const database = new Database(file);
    try {
      const [row] = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
      if (row?.integrity_check !== "ok") this.#violations.push(`the database: ${row?.integrity_check}`);
    } finally {
      database.close();
    }
  }

  /** The next start answers whatever was left. */
  async #finish(canvases: readonly TestCanvas[]): Promise<void> {
    this.#victims.startService();
    await this.#victims.serviceReady();
    const isOpen = (text: string) => text.includes("⏳") || text.includes("{{");
    for (const canvas of canvases) {
      await canvas.until(() => {
        const questions = canvas.notes.filter(({ title }) => title.includes(" question "));
        const isSettled = !canvas.notes.some(({ text }) => isOpen(text));
        return isSettled && canvas.answers.length >= questions.length ? true : undefined;
      });
    }
    const { service } = this.#victims;
    service.kill("SIGTERM");
    const exitCode = await service.exited;
    if (exitCode !== 143) this.#violations.push(`the second service ended with ${exitCode}`);
    await this.#expectClean();
  }

  async #judge(canvases: readonly TestCanvas[], askers: readonly Asker[]): Promise<void> {
    const widgets = await Promise.all(canvases.map((canvas) => canvas.request("GET", "/widgets")));
    const rows = readHistory(join(this.#folder, "data"));
    const writes = await writesOf(this.#victims.url);
    const asked = askers.flatMap((asker) => asker.asked);
    this.#violations.push(...judge({ asked, canvases: widgets as Widget[][], rows, writes, excuses: [] }));
  }
}
