/** How old a look may be, in ms. */
export interface LookAge {
  /** Up to this age it is given as it is. */
  readonly fresh: number;
  /** Up to this age it is given too, and a new one is begun for who comes next. */
  readonly usable: number;
}

interface Look<Value> {
  readonly value: Value;
  readonly takenAt: number;
}

/** The keys come from a few choices of a page; this only keeps a mistake from filling the memory. */
const MAX_KEYS = 32;

/**
 * One look at something for everybody who wants to see it at about the same time: many viewers cost no more than one,
 * and hardly anybody waits. What is shown is never older than `usable`.
 *
 * | the last look is      | get                                                        |
 * |-----------------------|------------------------------------------------------------|
 * | fresh                 | gives it                                                   |
 * | usable                | gives it, and begins a new one unless one is under way     |
 * | older, or there is none | waits for the one under way, else for a new one          |
 *
 * A look that fails is given to nobody but those who wait for it; the one before is given for as long as it is usable.
 */
export class SharedLook<Key, Value> {
  readonly #take: (key: Key) => Promise<Value>;
  readonly #age: LookAge;
  readonly #now: () => number;
  readonly #looks = new Map<Key, Look<Value>>();
  readonly #underWay = new Map<Key, Promise<Value>>();

  /** @param now a clock that never goes back, in ms */
  constructor(take: (key: Key) => Promise<Value>, age: LookAge, now: () => number = () => performance.now()) {
    this.#take = take;
    this.#age = age;
    this.#now = now;
  }

  async get(key: Key): Promise<Value> {
    const look = this.#looks.get(key);
    const age = look === undefined ? Number.POSITIVE_INFINITY : this.#now() - look.takenAt;
    if (look === undefined || age > this.#age.usable) return this.#renew(key);
    // Nobody waits for this one; should it fail, the next who does is told.
    if (age > this.#age.fresh) this.#renew(key).catch(() => undefined);
    return look.value;
  }

  #renew(key: Key): Promise<Value> {
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const taken = this.#takeAnew(key).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, taken);
    return taken;
  }

  async #takeAnew(key: Key): Promise<Value> {
    const takenAt = this.#now();
    const value = await this.#take(key);
    this.#looks.delete(key);
    this.#looks.set(key, { value, takenAt });
    for (const oldest of this.#looks.keys()) {
      if (this.#looks.size <= MAX_KEYS) break;
      this.#looks.delete(oldest);
    }
    return value;
  }
}
