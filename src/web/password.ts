/** The cheapest in time of the settings that OWASP calls equally strong: 12 MiB, three passes. */
const ARGON2 = { algorithm: "argon2id", memoryCost: 12_288, timeCost: 3 } as const;

/** Longer input is no password; without the bound, hashing it would be work for free. */
const LONGEST_PASSWORD = 1024;

/** Logins that may wait for their turn; the last of them waits about a second. */
const MAX_WAITING = 16;

export function hashPassword(password: string): Promise<string> {
  return Bun.password.hash(password, ARGON2);
}

/**
 * Checks passwords against one hash, one at a time: hashing is heavy by design and runs on threads that the rest of
 * the service needs too, so a flood of logins may take one of them, not all.
 */
export class PasswordCheck {
  readonly #hash: string;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(hash: string) {
    this.#hash = hash;
  }

  /** @returns "busy" when too many wait already. Takes the same time for every wrong password. */
  async check(password: string): Promise<"right" | "wrong" | "busy"> {
    if (password === "" || password.length > LONGEST_PASSWORD) return "wrong";
    if (this.#waiting >= MAX_WAITING) return "busy";
    this.#waiting += 1;
    const turn = this.#last.then(() => Bun.password.verify(password, this.#hash));
    this.#last = turn.catch(() => undefined);
    try {
      return (await turn) ? "right" : "wrong";
    } finally {
      this.#waiting -= 1;
    }
  }
}
