import { appendFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogLine } from "../../src/e2e/executable.ts";
import { TestCanvas } from "../../src/e2e/test-canvas.ts";
import { SmallDisk } from "../../src/storage/testing/small-disk.ts";
import { findRemains, readHistory } from "./aftermath.ts";
import { Asker } from "./asker.ts";
import { slowServer } from "./faults.ts";
import { type Blow, Killer } from "./killer.ts";
import { Person, writesOf } from "./person.ts";
import { KINDS } from "./prompts.ts";
import { Random } from "./random.ts";
import { ShiftedClock } from "./shifted-clock.ts";
import { type Asked, judge, type Row, type Widget } from "./verdict.ts";
import { CANVAS_IDS, TOKEN, Victims } from "./victims.ts";
import { waitUntil } from "./wait-until.ts";

export interface RoundOptions {
  readonly seed: number;
  readonly folder: string;
  readonly executable: string;
  /** See shifted-clock.ts; null where there is none. */
  readonly clockLibrary: string | null;
}

export interface RoundResult {
  readonly seed: number;
  readonly blows: readonly Blow[];
  /** What the server has taken. */
  readonly asked: readonly Asked[];
  readonly rows: readonly Row[];
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
/** Room for a database with its log; the service makes some hundred kB of both in a round. */
const DISK_MB = 24;
/** Files cannot be downloaded to a full disk; people are told to free some space. */
const EXCUSED_BY_FULL_DISK = ["DOWNLOAD_NOT_SAVED"];

/** One life of the service under load and blows; what happens follows from the seed. */
export class Round {
  readonly #options: RoundOptions;
  readonly #random: Random;
  readonly #disk: SmallDisk | null;
  readonly #clock: ShiftedClock | null;
  readonly #victims: Victims;
  readonly #violations: string[] = [];
  readonly #events: string[] = [];
  readonly #began = performance.now();
  #canvases: TestCanvas[] = [];
  #askers: Asker[] = [];
  #killer: Killer | null = null;

  /** The folder must exist. */
  constructor(options: RoundOptions) {
    const { folder, clockLibrary } = options;
    this.#options = options;
    this.#random = new Random(options.seed);
    const queueLimit = String(this.#random.chance(0.3) ? this.#random.between(1, 6) : 200);
    this.#disk = this.#random.chance(0.5) && SmallDisk.available ? new SmallDisk(DISK_MB) : null;
    this.#clock = clockLibrary === null ? null : new ShiftedClock(clockLibrary, folder);
    this.#victims = new Victims(folder, {
      ...SETTINGS,
      CANVUSLLM_QUEUE_LIMIT: queueLimit,
      CANVUSLLM_DATA_DIR: this.#dataFolder,
      TMPDIR: this.#temporaryFolder,
      ...this.#clock?.environment,
    });
  }

  /** Logs stay in the folder when there were violations. */
  async play(): Promise<RoundResult> {
    let rows: readonly Row[] = [];
    try {
      await this.#begin();
      await this.#storm();
      await this.#calm();
      rows = await this.#judge();
    } catch (error) {
      this.#violations.push(`the round broke: ${firstLine(error)}`);
      this.#note(String(error));
    }
    await this.#saveLogs();
    await this.end();
    return {
      seed: this.#options.seed,
      blows: this.#killer?.blows ?? [],
      asked: this.#asked.filter(({ confirmed }) => confirmed),
      rows,
      durationMs: Math.round(performance.now() - this.#began),
      violations: this.#violations,
    };
  }

  /** Kills every process of the round. Idempotent. */
  async end(): Promise<void> {
    for (const canvas of this.#canvases) canvas.close();
    await this.#victims.end();
    this.#disk?.remove();
  }

  get #asked(): Asked[] {
    return this.#askers.flatMap((asker) => asker.asked);
  }

  get #dataFolder(): string {
    return this.#disk?.folder ?? join(this.#options.folder, "data");
  }

  get #temporaryFolder(): string {
    return join(this.#options.folder, "tmp");
  }

  async #begin(): Promise<void> {
    await mkdir(this.#temporaryFolder);
    await this.#victims.startSimulator();
    const server = { url: this.#victims.url, token: TOKEN };
    this.#canvases = CANVAS_IDS.map((id) => new TestCanvas(server, id));
    this.#askers = this.#canvases.map(
      (canvas) => new Asker(new Person(server, canvas), this.#newRandom(), KINDS),
    );
    for (const asker of this.#askers) await asker.clutter(6);
    await this.#victims.setFaults(slowServer(this.#random));
    this.#victims.startService();
    if (this.#random.chance(0.5)) await this.#victims.serviceReady();
  }

  async #storm(): Promise<void> {
    this.#killer = new Killer({
      victims: this.#victims,
      canvases: this.#canvases,
      disk: this.#disk,
      clock: this.#clock,
      random: this.#newRandom(),
      note: (text) => this.#note(text),
    });
    await Promise.all([
      this.#killer.strike(this.#random.between(1, 4)),
      ...this.#askers.map((asker) => asker.ask(this.#random.between(4, 8))),
    ]);
  }

  /** Everything runs, nothing disturbs: all that was begun has to come to its end. */
  async #calm(): Promise<void> {
    this.#note("calm");
    await this.#victims.setFaults([]);
    await this.#victims.serviceReady();
    await waitUntil(
      "all is answered",
      async () => isIdle(this.#victims.service.log) && (await this.#isSettled()),
    );
    if (this.#random.chance(0.1)) await this.#lookAgain();
  }

  /** A service that starts on canvases where all is answered has nothing to write. */
  async #lookAgain(): Promise<void> {
    this.#note("a start with nothing to do");
    await this.#stopPolitely();
    const before = (await writesOf(this.#victims.url)).length;
    this.#victims.startService();
    await this.#victims.serviceReady();
    await Bun.sleep(3 * Number(SETTINGS.CANVUSLLM_PROMPT_SETTLE_MS));
    const written = (await writesOf(this.#victims.url)).slice(before);
    if (written.length > 0)
      this.#violations.push(`a start with nothing to do wrote ${JSON.stringify(written)}`);
  }

  /** No question is open and nothing says that one is worked on. */
  async #isSettled(): Promise<boolean> {
    const names = new Set(this.#asked.filter(({ question }) => question === "").map(({ title }) => title));
    const isOpen = ({ text = "", title = "", original_filename: name = "" }: Widget) =>
      /⏳|\{\{/.test(text) ||
      title.includes("⏳ AI: \u2060working") ||
      (names.has(name) && !title.includes("⏳"));
    return !(await this.#widgets()).flat().some(isOpen);
  }

  #widgets(): Promise<Widget[][]> {
    return Promise.all(
      this.#canvases.map((canvas) => canvas.request("GET", "/widgets") as Promise<Widget[]>),
    );
  }

  async #judge(): Promise<readonly Row[]> {
    await this.#stopPolitely();
    const remains = await findRemains({
      executable: this.#options.executable,
      dataFolder: this.#dataFolder,
      temporaryFolder: this.#temporaryFolder,
      except: [this.#victims.simulatorPid],
    });
    const canvases = await this.#widgets();
    const writes = await writesOf(this.#victims.url);
    const rows = readHistory(this.#dataFolder);
    const excuses = this.#killer?.blows.includes("disk full") ? EXCUSED_BY_FULL_DISK : [];
    this.#violations.push(...remains, ...judge({ asked: this.#asked, canvases, rows, writes, excuses }));
    return rows;
  }

  async #stopPolitely(): Promise<void> {
    const { service } = this.#victims;
    await this.#victims.killService("SIGTERM");
    const code = await service.exited;
    if (code !== POLITE_EXIT_CODE) this.#violations.push(`the service ended with ${code} after SIGTERM`);
  }

  #newRandom(): Random {
    return new Random(this.#random.between(0, 2 ** 31));
  }

  #note(text: string): void {
    this.#events.push(`${new Date().toISOString()} ${text}`);
  }

  async #saveLogs(): Promise<void> {
    const { folder } = this.#options;
    for (const { name, execution } of this.#victims.runs) {
      await appendFile(join(folder, `${name}.log`), `${execution.stderr.join("\n")}\n`);
    }
    await appendFile(join(folder, "events.log"), [...this.#events, ...this.#violations, ""].join("\n"));
    if (this.#disk !== null && this.#violations.length > 0)
      await cp(this.#disk.folder, join(folder, "data"), { recursive: true });
  }
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
