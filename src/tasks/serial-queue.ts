/**
 * Runs jobs one after the other for each key, jobs of different keys at the same time. A key is kept only as long as
 * a job of it runs or waits.
 */
export class SerialQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @returns what the job returns; what it throws is thrown here and does not hinder the next job. */
  run<T>(key: string, job: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const result = before.then(job);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, ended);
    void ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    });
    return result;
  }

  /** Keys with jobs that run or wait. */
  get size(): number {
    return this.#last.size;
  }
}
