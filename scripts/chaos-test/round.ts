import { Database } from "bun:sqlite";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogLine } from "../../src/e2e/executable.ts";
import { TestCanvas } from "../../src/e2e/test-canvas.ts";
import { Asker } from "./asker.ts";
import { type Blow, Killer } from "./killer.ts";
import { lastingProcesses } from "./processes.ts";
import { Random } from "./random.ts";
import { type Asked, judge, type Note, type Row, type Write } from "./verdict.ts";
import { CANVAS_IDS, type FaultRule, TOKEN, Victims } from "./victims.ts";

export interface RoundResult {
  readonly seed: number;
  readonly blows: readonly Blow[];
  /** Questions that the server has confirmed. */
  readonly prompts: number;
  /** Those of them that their author deleted again; some before they were taken. */
  readonly regretted: number;
  readonly succeeded: number;
  readonly cancelled: number;
  readonly durationMs: number;
  readonly violations: readonly string[];
}

const SETTINGS = {
  CANVUSLLM_PROMPT_SETTLE_MS: "60",
  RETRY_DELAY: "50ms",
  MAX_CONCURRENT: "3",
  CANVUSLLM_LOG_LEVEL: "debug",
};
const POLITE_EXIT_CODE = 143;

/** One life of the service under load and blows; what happens follows from the seed. */
export class Round {
  readonly #seed: number;
  readonly #folder: string;
  readonly #executable: string;
  readonly #random: Random;
  readonly #victims: Victims;
  readonly #violations: string[] = [];
  readonly #events: string[] = [];
  readonly #began = performance.now();
  #canvases: TestCanvas[] = [];
  #askers: Asker[] = [];
  #killer: Killer | null = null;

  constructor(options: { readonly seed: number; readonly folder: string; readonly executable: string }) {
    this.#seed = options.seed;
    this.#folder = options.folder;
    this.#executable = options.executable;
    this.#random = new Random(options.seed);
    const queueLimit = String(this.#random.chance(0.3) ? this.#random.between(1, 6) : 200);
    this.#victims = new Victims(options.folder, { ...SETTINGS, CANVUSLLM_QUEUE_LIMIT: queueLimit });
  }

  /** Logs stay in the folder when there were violations. */
  async play(): Promise<RoundResult> {
    await mkdir(this.#folder, { recursive: true });
    let rows: readonly Row[] = [];
    try {
      await this.#begin();
      await this.#storm();
      await this.#calm();
      rows = await this.#judge();
    } catch (error) {
      this.#violations.push(`the round broke: ${firstLine(error)}`);
      this.#note(String(error));
    } finally {
      for (const canvas of this.#canvases) canvas.close();
      await this.end();
    }
    await this.#saveLogs();
    const count = (status: string) => rows.filter((row) => row.status === status).length;
    return {
      seed: this.#seed,
      blows: this.#killer?.blows ?? [],
      prompts: this.#asked.filter(({ confirmed }) => confirmed).length,
      regretted: this.#asked.filter(({ confirmed, deleted }) => confirmed && deleted).length,
      succeeded: count("succeeded"),
      cancelled: count("cancelled"),
      durationMs: Math.round(performance.now() - this.#began),
      violations: this.#violations,
    };
  }

  /** Kills every process of the round. */
  end(): Promise<void> {
    return this.#victims.end();
  }

  get #asked(): Asked[] {
    return this.#askers.flatMap((asker) => asker.asked);
  }

  async #begin(): Promise<void> {
    await this.#victims.startSimulator();
    const server = { url: this.#victims.url, token: TOKEN };
    this.#canvases = CANVAS_IDS.map((id) => new TestCanvas(server, id));
    this.#askers = this.#canvases.map(
      (canvas) => new Asker(canvas, new Random(this.#random.between(0, 2 ** 31))),
    );
    for (const asker of this.#askers) await asker.clutter(6);
    await this.#victims.setFaults(faults(this.#random));
    this.#victims.startService();
    if (this.#random.chance(0.5)) await this.#victims.serviceReady();
  }

  async #storm(): Promise<void> {
    const note = (text: string) => this.#note(text);
    const random = new Random(this.#random.between(0, 2 ** 31));
    this.#killer = new Killer({ victims: this.#victims, canvases: this.#canvases, random, note });
    await Promise.all([
      this.#killer.strike(this.#random.between(1, 3)),
      ...this.#askers.map((asker) => asker.ask(this.#random.between(4, 7))),
    ]);
  }

  /** Everything runs, nothing disturbs: all that was begun has to come to its end. */
  async #calm(): Promise<void> {
    this.#note("calm");
    await this.#victims.setFaults([]);
    for (const canvas of this.#canvases)
      await canvas.until(() => (this.#isSettled(canvas) ? true : undefined));
    const { service } = this.#victims;
    await this.#victims.serviceReady();
    await service.logged(() => isIdle(service.log));
    if (this.#random.chance(0.1)) await this.#lookAgain();
  }

  /** A service that starts on canvases where all is answered has nothing to write. */
  async #lookAgain(): Promise<void> {
    this.#note("a start with nothing to do");
    await this.#stopPolitely();
    const before = (await this.#victims.writes()).length;
    this.#victims.startService();
    await this.#victims.serviceReady();
    await Bun.sleep(3 * Number(SETTINGS.CANVUSLLM_PROMPT_SETTLE_MS));
    const written = (await this.#victims.writes()).slice(before);
    if (written.length > 0)
      this.#violations.push(`a start with nothing to do wrote ${JSON.stringify(written)}`);
  }

  #isSettled(canvas: TestCanvas): boolean {
    const questions = canvas.notes.filter(({ title }) => title.includes(" question "));
    if (canvas.notes.some(({ text }) => text.includes("⏳") || text.includes("{{"))) return false;
    const answers = canvas.answers.map(({ text }) => text);
    for (const note of questions) {
      const asked = this.#asked.find(({ title }) => title === note.title);
      const at = answers.indexOf(asked?.answer ?? "");
      if (at < 0) return false;
      answers.splice(at, 1);
    }
    return true;
  }

  async #judge(): Promise<readonly Row[]> {
    await this.#stopPolitely();
    const orphans = await lastingProcesses(this.#executable, [this.#victims.simulatorPid]);
    if (orphans.length > 0) this.#violations.push(`processes were left behind: ${orphans.join(", ")}`);
    for (const id of orphans) process.kill(id, "SIGKILL");
    const canvases = (await Promise.all(
      this.#canvases.map((canvas) => canvas.request("GET", "/notes")),
    )) as Note[][];
    const writes: readonly Write[] = await this.#victims.writes();
    const rows = this.#readDatabase();
    this.#violations.push(...judge({ asked: this.#asked, canvases, rows, writes }));
    return rows;
  }

  #readDatabase(): readonly Row[] {
    const database = new Database(join(this.#folder, "data", "data.db"), { readonly: true });
    try {
      const integrity = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
      const words = integrity.map((row) => row.integrity_check).join("; ");
      if (words !== "ok") this.#violations.push(`the database is damaged: ${words}`);
      return database.query<Row, []>("SELECT * FROM processing_history ORDER BY id").all();
    } finally {
      database.close();
    }
  }

  async #stopPolitely(): Promise<void> {
    const { service } = this.#victims;
    await this.#victims.killService("SIGTERM");
    const code = await service.exited;
    if (code !== POLITE_EXIT_CODE) this.#violations.push(`the service ended with ${code} after SIGTERM`);
  }

  #note(text: string): void {
    this.#events.push(`${new Date().toISOString()} ${text}`);
  }

  async #saveLogs(): Promise<void> {
    for (const { name, execution } of this.#victims.runs) {
      await appendFile(join(this.#folder, `${name}.log`), `${execution.stderr.join("\n")}\n`);
    }
    await appendFile(join(this.#folder, "events.log"), [...this.#events, ...this.#violations, ""].join("\n"));
  }
}

/** Slow and lying servers widen the moments between two writes. */
function faults(random: Random): FaultRule[] {
  const note = { path: "*/notes/*" };
  const when = () => random.pick(["before", "after"]);
  return [
    { kind: "latency", method: "PATCH", ...note, when: when(), ms: random.between(50, 300), rate: 0.4 },
    {
      kind: "latency",
      method: "POST",
      path: "*/notes",
      when: when(),
      ms: random.between(50, 300),
      rate: 0.5,
    },
    { kind: "latency", method: "GET", path: "*/widgets/*", ms: random.between(10, 80), rate: 0.3 },
    ...(random.chance(0.5)
      ? [{ kind: "reset", when: "after", method: "POST", path: "*/notes", rate: 0.25 }]
      : []),
    ...(random.chance(0.5) ? [{ kind: "reset", when: "after", method: "PATCH", ...note, rate: 0.15 }] : []),
  ];
}

function firstLine(error: unknown): string {
  return String(error).split("\n")[0] ?? "";
}

/** Every prompt that this run of the service took on has come to an end. */
function isIdle(log: readonly LogLine[]): boolean {
  const open = new Set<unknown>();
  for (const { message, correlation_id: id } of log) {
    if (message === "prompt accepted" || message === "prompt resumed after a restart") open.add(id);
    if (["prompt answered", "prompt failed", "prompt cancelled"].includes(message)) open.delete(id);
  }
  return open.size === 0;
}
