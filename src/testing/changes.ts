/** Lets a test wait until something holds, without asking again and again: whoever may have changed it says so. */
export class Changes {
  readonly #checks = new Set<() => void>();

  /** Those who wait look again. */
  happened(): void {
    for (const check of this.#checks) check();
  }

  /** The first value that `look` gives, now or after a change. */
  async until<T>(look: () => T | false | undefined): Promise<T> {
    const found = Promise.withResolvers<T>();
    const check = () => {
      const value = look();
      if (value !== undefined && value !== false) found.resolve(value);
    };
    this.#checks.add(check);
    check();
    try {
      return await found.promise;
    } finally {
      this.#checks.delete(check);
    }
  }
}
