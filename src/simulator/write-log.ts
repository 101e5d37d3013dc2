import type { Widget } from "../canvus/widget.ts";

/** One request under /api/v1 that wanted to change something. */
export interface WriteEntry {
  /** 1, 2, 3 …; never reused, so a gap shows what was dropped. */
  readonly seq: number;
  /** When the answer was ready, ISO 8601 UTC. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  /** The status that the server decided on; 0 when the connection was reset instead. */
  readonly status: number;
  /** False when a fault or a refusal kept the change from happening. */
  readonly applied: boolean;
  /** The kinds of injected faults that met this request. */
  readonly faults: readonly string[];
  /** The widget after the write; absent for refusals and other resources. */
  readonly widget?: Widget;
}

/** Entries kept; older ones are dropped and counted. */
const CAPACITY = 5000;

/** The newest writes, oldest first. */
export class WriteLog {
  #entries: WriteEntry[] = [];
  #total = 0;

  add(entry: Omit<WriteEntry, "seq">): void {
    this.#total += 1;
    this.#entries.push({ ...entry, seq: this.#total });
    if (this.#entries.length > CAPACITY) this.#entries.shift();
  }

  /** Entries with a sequence number above `after`. */
  since(after: number): readonly WriteEntry[] {
    return this.#entries.filter((entry) => entry.seq > after);
  }

  clear(): void {
    this.#entries = [];
  }

  get total(): number {
    return this.#total;
  }

  /** Entries lost to the capacity or cleared. */
  get dropped(): number {
    return this.#total - this.#entries.length;
  }
}
