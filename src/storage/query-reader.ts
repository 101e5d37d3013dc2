import type { Logger } from "../observability/logger.ts";
import type { Queries } from "./queries/queries.ts";
import type { QueryOperations } from "./query-operations.ts";
import { WorkerLink } from "./worker-link.ts";

/** Answers the dashboard's questions in a worker of its own, which opens the database for the first of them. */
export class QueryReader {
  readonly #file: string;
  readonly #link: WorkerLink<QueryOperations>;
  #opened: Promise<unknown> | undefined;

  constructor(file: string, worker: URL, logger: Logger) {
    this.#file = file;
    const opening = () => ({ operation: "open", args: [file] }) as const;
    this.#link = new WorkerLink({ url: worker, opening, logger });
  }

  get restarts(): number {
    return this.#link.restarts;
  }

  async ask(name: keyof Queries, args: readonly unknown[]): Promise<unknown> {
    this.#opened ??= this.#link.call("open", [this.#file]);
    await this.#opened;
    return this.#link.call("query", [name, args]);
  }

  /** The file must not be open anywhere when it is moved, or when the last connection takes its log away. */
  async close(): Promise<void> {
    if (!this.#opened) return;
    this.#opened = undefined;
    await this.#link.call("close", []).catch(() => undefined);
    await this.#link.stop();
  }
}
