const WINDOW_MS = 60_000;
/** Subjects that have entries of their own within a minute; further ones share one. */
const MAX_SUBJECTS = 20;
/** No subject is called so. */
const OTHERS = "";

/**
 * Writes the entry.
 * @param times how often it happened
 * @param isAlone false when these are events of several subjects
 */
export type WriteEntry = (times: number, isAlone: boolean) => void;

interface Subject {
  readonly write: WriteEntry;
  readonly since: number;
  /** Not written yet. */
  times: number;
}

/**
 * For entries about what strangers can do as often as they like: nobody may push everything else out of the log. The
 * first event of a subject is written at once, those of the minute after it as one entry.
 */
export class SparseLog {
  readonly #now: () => number;
  readonly #subjects = new Map<string, Subject>();

  /** @param now in ms; must never go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param subject who does what: equal ones are counted together */
  add(subject: string, write: WriteEntry): void {
    this.flush();
    const isFull = this.#subjects.size >= MAX_SUBJECTS && !this.#subjects.has(subject);
    const name = isFull ? OTHERS : subject;
    const known = this.#subjects.get(name);
    if (known !== undefined) {
      known.times += 1;
      return;
    }
    this.#subjects.set(name, { write, since: this.#now(), times: 0 });
    write(1, !isFull);
  }

  /** Writes what was held back for a minute. To be called now and then. */
  flush(): void {
    const now = this.#now();
    for (const [name, { write, since, times }] of this.#subjects) {
      if (now - since < WINDOW_MS) continue;
      this.#subjects.delete(name);
      if (times > 0) write(times, name !== OTHERS);
    }
  }
}
