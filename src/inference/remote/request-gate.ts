import { AppError } from "../../errors/app-error.ts";
import { cancelled } from "../../timers.ts";

export interface GateLimits {
  /** Requests that are out at the same time. */
  readonly maxActive: number;
  /** Requests that may wait; further ones fail with QUEUE_FULL. */
  readonly maxWaiting: number;
}

/** Lets only so many requests out at a time, in order of arrival. */
export class RequestGate {
  readonly #limits: GateLimits;
  readonly #waiting = new Set<() => void>();
  #active = 0;
  #refused = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  get status(): { readonly active: number; readonly queued: number; readonly refused: number } {
    return { active: this.#active, queued: this.#waiting.size, refused: this.#refused };
  }

  /** @throws AppError QUEUE_FULL, CANCELLED when the signal aborts before its turn; and what the work throws */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw cancelled();
    if (this.#active >= this.#limits.maxActive) await this.#turn(signal);
    else this.#active += 1;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Resolves when one of the active has left its place to this one. */
  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#limits.maxWaiting) {
      this.#refused += 1;
      throw new AppError("QUEUE_FULL", `${this.#waiting.size} requests wait for the model server already.`);
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(enter);
        reject(cancelled());
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#active -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
