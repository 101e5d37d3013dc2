/** Values in the order they came; `next` waits for the first one nobody took yet. */
export class Mailbox<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  put(value: T): void {
    const waiter = this.#waiting.shift();
    if (waiter) waiter(value);
    else this.#values.push(value);
  }

  next(): Promise<T> {
    const value = this.#values.shift();
    return value === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(value);
  }

  async until(accepts: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = await this.next();
      if (accepts(value)) return value;
    }
  }
}
