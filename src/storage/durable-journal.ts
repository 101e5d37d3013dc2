import { JournalMemory } from "./journal-memory.ts";
import type { JournalChanges, JournalStore } from "./journal-store.ts";
import type { HistoryInsert, HistoryRow } from "./schema.ts";
import type { WorkerLink } from "./worker-link.ts";
import type { WriterOperations } from "./writer-operations.ts";

/** A store as the main thread sees it: its operations, awaited. */
export type Awaitable<Store> = {
  readonly [Name in keyof Store]: Store[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never;
};

/** The journal as the main thread sees it. It takes every change, also while the disk does not. */
export type Journal = Awaitable<Omit<JournalStore, "replay">>;

export interface JournalOptions {
  readonly writer: WorkerLink<WriterOperations>;
  /** Whether the database cannot be used just now. */
  readonly isOut: () => boolean;
  /** Reports a write that failed; @throws what is not the disk's fault. */
  readonly onFailure: (error: unknown) => void;
  /** @throws AppError STORAGE_UNAVAILABLE before the start and after the stop. */
  readonly throwIfClosed: () => void;
}

/** Writes to the database, and to memory while that fails; `catchUp` brings what the database has missed. */
export class DurableJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #memory = new JournalMemory();

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  get counts(): { readonly unwritten: number; readonly lost: number } {
    return { unwritten: this.#memory.unwritten, lost: this.#memory.lost };
  }

  async begin(row: HistoryInsert): Promise<boolean> {
    const { writer, isOut, onFailure, throwIfClosed } = this.#options;
    throwIfClosed();
    if (!isOut()) {
      try {
        const begun = await writer.call("begin", [row]);
        if (begun) this.#memory.taken(row);
        return begun;
      } catch (error) {
        onFailure(error);
      }
    }
    return this.#memory.begin(row);
  }

  async update(correlationId: string, changes: JournalChanges): Promise<void> {
    const { writer, isOut, onFailure, throwIfClosed } = this.#options;
    throwIfClosed();
    // Before the disk has it: whatever happens to this write, memory holds the newest state.
    const row = this.#memory.change(correlationId, changes);
    if (!isOut()) {
      try {
        await writer.call("update", [correlationId, changes]);
        if (row) this.#memory.acknowledge(row);
        return;
      } catch (error) {
        onFailure(error);
      }
    }
    this.#memory.keep(correlationId);
  }

  async live(): Promise<HistoryRow[]> {
    return this.#memory.live();
  }

  async ping(): Promise<void> {
    const { writer, isOut, throwIfClosed } = this.#options;
    throwIfClosed();
    if (!isOut()) await writer.call("ping", []);
  }

  /** Reads the rows that an earlier run left unfinished. @returns how many were not known. */
  async load(): Promise<number> {
    return this.#memory.load(await this.#options.writer.call("live", []));
  }

  /** After damage nothing on the disk can be relied on: every live row is to be written again. */
  distrustDisk(): void {
    this.#memory.keepAll();
  }

  /** At least once, also with nothing to write: only a write proves that the disk takes one. */
  async catchUp(): Promise<void> {
    do {
      const rows = this.#memory.unwrittenRows();
      await this.#options.writer.call("replay", [rows]);
      for (const row of rows) this.#memory.acknowledge(row);
    } while (this.#memory.unwritten > 0);
  }
}
