import type { Logger } from "../observability/logger.ts";
import type { Timers } from "../timers.ts";
import type { MaintenanceReport } from "./writer-operations.ts";

/** After the start prompts go first. */
const FIRST_DELAY_MS = 10_000;
/** Between two steps while there is more to remove; each takes some ms, prompts come in between. */
const STEP_DELAY_MS = 250;
const REST_MS = 10 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface MaintenanceTasks {
  /** One small step of retention and vacuum. */
  step(): Promise<MaintenanceReport>;
  optimize(): Promise<void>;
  /** Reads the whole file. @returns what is wrong, empty when all is well. */
  checkIntegrity(): Promise<string[]>;
  onDamage(finding: string): void;
}

/** Keeps the database small and well, in steps between which journal writes find room. */
export class Maintenance {
  readonly #tasks: MaintenanceTasks;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #warnBytes: number;
  #cancel: (() => void) | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #deletedRows = 0;
  #tooLarge = false;
  #stopped = false;
  #sizeBytes: number | null = null;

  constructor(options: {
    readonly tasks: MaintenanceTasks;
    readonly warnBytes: number;
    readonly timers: Timers;
    readonly logger: Logger;
  }) {
    this.#tasks = options.tasks;
    this.#warnBytes = options.warnBytes;
    this.#timers = options.timers;
    this.#logger = options.logger;
  }

  /** Size of the database at the last step; null before the first. */
  get sizeBytes(): number | null {
    return this.#sizeBytes;
  }

  start(): void {
    this.#plan(FIRST_DELAY_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #plan(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#timers.schedule(delayMs, () => {
      this.#run().then(
        (more) => this.#plan(more ? STEP_DELAY_MS : REST_MS),
        (error) => {
          this.#logger.debug("maintenance of the database is put off", {
            source: "storage/maintenance.ts:plan",
            error,
          });
          this.#plan(REST_MS);
        },
      );
    });
  }

  async #run(): Promise<boolean> {
    const { more, deletedRows, sizeBytes } = await this.#tasks.step();
    this.#sizeBytes = sizeBytes;
    this.#deletedRows += deletedRows;
    if (more) return true;
    if (this.#deletedRows > 0)
      this.#logger.info("old rows were deleted", {
        source: "storage/maintenance.ts:run",
        rows: this.#deletedRows,
      });
    this.#deletedRows = 0;
    this.#watchSize(sizeBytes);
    await this.#daily();
    return false;
  }

  #watchSize(sizeBytes: number): void {
    const tooLarge = sizeBytes > this.#warnBytes;
    if (tooLarge && !this.#tooLarge) {
      this.#logger.warn(
        "the database is larger than CANVUSLLM_DB_WARN_SIZE; keep rows for a shorter time or raise the limit",
        { source: "storage/maintenance.ts:watchSize", size_bytes: sizeBytes, limit_bytes: this.#warnBytes },
      );
    }
    this.#tooLarge = tooLarge;
  }

  async #daily(): Promise<void> {
    const now = this.#timers.monotonicNow();
    if (now - this.#checkedAt < DAY_MS) return;
    this.#checkedAt = now;
    await this.#tasks.optimize();
    const [finding] = await this.#tasks.checkIntegrity();
    if (finding !== undefined) this.#tasks.onDamage(finding);
    else
      this.#logger.debug("the database passed its integrity check", {
        source: "storage/maintenance.ts:daily",
      });
  }
}
