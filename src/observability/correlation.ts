import { AsyncLocalStorage } from "node:async_hooks";

const storage = new AsyncLocalStorage<string>();

/** Runs work so that every log entry written inside it, also after awaits, carries the id. */
export function withCorrelation<T>(correlationId: string, work: () => T): T {
  return storage.run(correlationId, work);
}

/** The id of the task that is being worked on here, if any. */
export function currentCorrelation(): string | undefined {
  return storage.getStore();
}

/**
 * Runs work that belongs to no task although one may have caused it: what is begun here (a process, a timer that
 * repeats) would otherwise write its entries under that task for as long as it lives.
 */
export function withoutCorrelation<T>(work: () => T): T {
  return storage.exit(work);
}
