const MINUTE_MS = 60_000;

export const LOGIN_LIMITS = {
  /** Attempts within a minute from one address (IPv6: one /64). */
  perAddress: 5,
  /** The same while a flood goes on. Never 0: whoever knows the password can always get in. */
  perAddressInFlood: 1,
  /** Attempts from everywhere that may come at once before it counts as a flood, and how many a minute are normal. */
  burst: 60,
  perMinute: 20,
  /** Addresses remembered; beyond, the one that was quiet longest is forgotten. */
  maxAddresses: 10_000,
} as const;

export type LoginLimits = { readonly [Name in keyof typeof LOGIN_LIMITS]: number };

export type Admission =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterMs: number };

/**
 * How often somebody may try a password. Two limits: each address has its own, and a budget for all of them together
 * slows down a guesser with many addresses. An empty budget never refuses by itself, it only lowers what each address
 * may do: a stranger must not be able to lock everybody out.
 *
 * | call      | effect |
 * |-----------|--------|
 * | `attempt` | allowed: counts for the address and takes from the budget; refused: counts nowhere |
 * | `succeed` | forgets the attempts of the address: it knows the password |
 */
export class LoginRateLimit {
  readonly #limits: LoginLimits;
  readonly #now: () => number;
  /** Times of the attempts of the last minute, by address; the address that tried last is last. */
  readonly #attempts = new Map<string, readonly number[]>();
  #budget: number;
  #budgetAt: number;
  #refused = 0;

  /** @param now in ms; must never go back, so not the time of day. */
  constructor(now: () => number, limits: LoginLimits = LOGIN_LIMITS) {
    this.#now = now;
    this.#limits = limits;
    this.#budget = limits.burst;
    this.#budgetAt = now();
  }

  attempt(address: string): Admission {
    const now = this.#now();
    this.#refill(now);
    const recent = (this.#attempts.get(address) ?? []).filter((time) => now - time < MINUTE_MS);
    const { perAddress, perAddressInFlood } = this.#limits;
    const allowed = this.#budget >= 1 ? perAddress : perAddressInFlood;
    // The attempt that must have left the window before another one fits into it.
    const blocking = recent.at(-allowed);
    if (recent.length >= allowed && blocking !== undefined) {
      this.#refused += 1;
      return { allowed: false, retryAfterMs: blocking + MINUTE_MS - now };
    }
    this.#budget = Math.max(0, this.#budget - 1);
    this.#remember(address, [...recent, now]);
    return { allowed: true };
  }

  succeed(address: string): void {
    this.#attempts.delete(address);
  }

  status(): { readonly addresses: number; readonly refused: number; readonly flood: boolean } {
    this.#refill(this.#now());
    return { addresses: this.#attempts.size, refused: this.#refused, flood: this.#budget < 1 };
  }

  #refill(now: number): void {
    const { burst, perMinute } = this.#limits;
    this.#budget = Math.min(burst, this.#budget + ((now - this.#budgetAt) / MINUTE_MS) * perMinute);
    this.#budgetAt = now;
  }

  #remember(address: string, times: readonly number[]): void {
    this.#attempts.delete(address);
    this.#attempts.set(address, times);
    for (const [oldest, oldTimes] of this.#attempts) {
      const last = oldTimes.at(-1) ?? 0;
      const expired = this.#now() - last >= MINUTE_MS;
      if (!expired && this.#attempts.size <= this.#limits.maxAddresses) break;
      this.#attempts.delete(oldest);
    }
  }
}
