import type { HistoryRow } from "../storage/schema.ts";

/** Prompts that have not ended and could still change. */
type Open = Map<number, HistoryRow["status"]>;

/**
 * Which prompts are worth a line now: pure, fed with the rows from `above` on, whenever the database has changed.
 * Each prompt is told once for each status that was asked for.
 */
export class Follower {
  readonly #status: HistoryRow["status"] | undefined;
  readonly #open: Open = new Map();
  #newest: number;

  /**
   * @param status only prompts that come to be in this status; without it, each prompt when it has ended
   * @param seen prompts that have not ended yet; of those up to `newest` all others have
   */
  constructor(
    status: HistoryRow["status"] | undefined,
    seen: readonly Pick<HistoryRow, "id" | "status">[],
    newest: number,
  ) {
    this.#status = status;
    this.#newest = newest;
    for (const row of seen) this.#remember(row);
  }

  /** Rows with ids above this can be of interest; older ones have ended and were told. */
  get above(): number {
    return Math.min(this.#newest, ...[...this.#open.keys()].map((id) => id - 1));
  }

  /** @param rows oldest first @returns those to tell */
  take<Row extends Pick<HistoryRow, "id" | "status">>(rows: readonly Row[]): Row[] {
    const told = rows.filter((row) => {
      const isNew = row.id > this.#newest;
      const before = this.#open.get(row.id);
      return (isNew || (before !== undefined && before !== row.status)) && this.#isWanted(row.status);
    });
    for (const row of rows) if (row.id > this.#newest || this.#open.has(row.id)) this.#remember(row);
    this.#newest = Math.max(this.#newest, ...rows.map((row) => row.id));
    return told;
  }

  #isWanted(status: HistoryRow["status"]): boolean {
    return this.#status === undefined ? hasEnded(status) : status === this.#status;
  }

  #remember({ id, status }: Pick<HistoryRow, "id" | "status">): void {
    if (hasEnded(status)) this.#open.delete(id);
    else this.#open.set(id, status);
  }
}

function hasEnded(status: HistoryRow["status"]): boolean {
  return status !== "pending" && status !== "running";
}
