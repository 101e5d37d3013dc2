import type { Widget } from "../canvus/widget.ts";

/** One request under /api/v1 that wanted to change something. */
export interface WriteEntry {
  /** 1, 2, 3 …; never reused, so a gap shows what was dropped. */
  readonly seq: number;
  /** When the change was made, or refused; ISO 8601 UTC. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  /** The status that the server decided on; 0 when the connection was reset instead, or while there is no answer yet. */
  readonly status: number;
  /** False when a fault or a refusal kept the change from happening. */
  readonly applied: boolean;
  /** The kinds of injected faults that met this request. */
  readonly faults: readonly string[];
  /** The widget after the write; absent for refusals and other resources. */
  readonly widget?: Widget;
}

/** Where entries are kept so that a killed and restarted simulator still has them. */
export interface WriteKeeper {
  writes(): { readonly entries: readonly WriteEntry[]; readonly total: number };
  saveWrite(entry: WriteEntry): void;
  dropWrites(seq: number): void;
}

/** Entries kept; older ones are dropped and counted. */
const CAPACITY = 5000;

/** The newest writes, oldest first. */
export class WriteLog {
  readonly #keeper: WriteKeeper | undefined;
  #entries: WriteEntry[] = [];
  #total = 0;

  constructor(keeper?: WriteKeeper) {
    this.#keeper = keeper;
    const kept = keeper?.writes();
    this.#entries = [...(kept?.entries ?? [])];
    this.#total = kept?.total ?? 0;
  }

  /** @returns the entry's number, for `amend`. */
  add(entry: Omit<WriteEntry, "seq">): number {
    this.#total += 1;
    const numbered = { ...entry, seq: this.#total };
    this.#entries.push(numbered);
    this.#keeper?.saveWrite(numbered);
    const excess = this.#entries.length > CAPACITY ? this.#entries.shift() : undefined;
    if (excess) this.#keeper?.dropWrites(excess.seq);
    return numbered.seq;
  }

  /** Completes an entry; one that was dropped meanwhile stays dropped. */
  amend(seq: number, changes: Pick<WriteEntry, "status" | "faults">): void {
    const index = this.#entries.findIndex((entry) => entry.seq === seq);
    const entry = this.#entries[index];
    if (entry === undefined) return;
    const amended = { ...entry, ...changes };
    this.#entries[index] = amended;
    this.#keeper?.saveWrite(amended);
  }

  /** Entries with a sequence number above `after`. */
  since(after: number): readonly WriteEntry[] {
    return this.#entries.filter((entry) => entry.seq > after);
  }

  clear(): void {
    this.#entries = [];
    this.#keeper?.dropWrites(this.#total);
  }

  get total(): number {
    return this.#total;
  }

  /** Entries lost to the capacity or cleared. */
  get dropped(): number {
    return this.#total - this.#entries.length;
  }
}
