import { type AppError, toAppError } from "../errors/app-error.ts";
import type { Timers } from "../timers.ts";

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

export interface OutageEffects {
  /** @throws AppError while the database still cannot be used. @param damage null when the file itself is well. */
  recover(damage: string | null): Promise<void>;
  onBegin(reason: AppError): void;
  onEnd(durationMs: number): void;
  /** A try that failed for another reason than the one before. */
  onChange(reason: AppError): void;
}

/**
 * The time in which the database cannot be used, and the tries to end it: at once after damage, which is repaired and
 * not waited for, else with growing delays.
 *
 * | method | well                           | in an outage                         | stopped |
 * |--------|--------------------------------|--------------------------------------|---------|
 * | begin  | reports it, plans the next try | remembers damage, which is the worse | nothing |
 * | stop   | no tries any more              | no tries any more                    | nothing |
 */
export class Outage {
  readonly #effects: OutageEffects;
  readonly #timers: Timers;
  #reason: AppError | undefined;
  #damage: string | null = null;
  #since = 0;
  #beganAt = 0;
  #delayMs = FIRST_DELAY_MS;
  #cancel: (() => void) | undefined;
  #trying: Promise<void> | undefined;
  #stopped = false;

  constructor(effects: OutageEffects, timers: Timers) {
    this.#effects = effects;
    this.#timers = timers;
  }

  get active(): boolean {
    return this.#reason !== undefined;
  }

  /** Why the database cannot be used, and since when (ms since the epoch). */
  get state(): { readonly reason: AppError; readonly since: number } | null {
    return this.#reason ? { reason: this.#reason, since: this.#since } : null;
  }

  begin(reason: AppError): void {
    if (this.#stopped) return;
    const damaged = reason.code === "STORAGE_DAMAGED";
    if (this.active) {
      if (damaged && this.#damage === null && !this.#trying) this.#damage = reason.message;
      return;
    }
    this.#reason = reason;
    this.#damage = damaged ? reason.message : null;
    this.#since = this.#timers.now();
    this.#beganAt = this.#timers.monotonicNow();
    this.#delayMs = FIRST_DELAY_MS;
    this.#effects.onBegin(reason);
    this.#plan(damaged ? 0 : this.#delayMs);
  }

  /** No further tries; one that is under way is waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#trying;
  }

  #plan(delayMs: number): void {
    this.#cancel = this.#timers.schedule(delayMs, () => {
      this.#trying = this.#try().finally(() => {
        this.#trying = undefined;
      });
    });
  }

  async #try(): Promise<void> {
    const damage = this.#damage;
    try {
      await this.#effects.recover(damage);
    } catch (thrown) {
      this.#onFailedTry(toAppError(thrown));
      return;
    }
    const duration = Math.round(this.#timers.monotonicNow() - this.#beganAt);
    this.#reason = undefined;
    this.#damage = null;
    this.#effects.onEnd(duration);
  }

  #onFailedTry(reason: AppError): void {
    if (reason.code === "STORAGE_DAMAGED") this.#damage = reason.message;
    if (reason.message !== this.#reason?.message) this.#effects.onChange(reason);
    this.#reason = reason;
    if (this.#stopped) return;
    this.#plan(this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, MAX_DELAY_MS);
  }
}
