import type { TestCanvas } from "../../src/e2e/test-canvas.ts";
import type { SmallDisk } from "../../src/storage/testing/small-disk.ts";
import { AIMS, aimAt } from "./aim.ts";
import { networkTrouble } from "./faults.ts";
import type { Random } from "./random.ts";
import type { ShiftedClock } from "./shifted-clock.ts";
import type { Helper, Victims } from "./victims.ts";
import { waitUntil } from "./wait-until.ts";

const WEIGHTS = {
  service: 28,
  "text runner": 9,
  "vision runner": 9,
  "documents process": 7,
  simulator: 13,
  "service and simulator": 8,
  everything: 8,
  "service, politely": 7,
  "stream drop": 4,
  "network trouble": 12,
  "clock jump": 10,
  "disk full": 18,
} as const;

export type Blow = keyof typeof WEIGHTS;
export const BLOWS = Object.keys(WEIGHTS) as Blow[];

/**
 * More in one round would rightly end otherwise: a runner that crashes three times without an answer in between is
 * quarantined, and a document that two processes die of counts as the reason.
 */
const MOST = new Map<Blow, number>([
  ["text runner", 2],
  ["vision runner", 2],
  ["documents process", 1],
]);

/** These processes are there only while somebody needs them. */
const HELPER_MS = 1500;
const HOUR_S = 3600;
/** A write that failed just now takes some time to be known. */
const NOTICE_MS = 500;

export interface KillerOptions {
  readonly victims: Victims;
  readonly canvases: readonly TestCanvas[];
  /** Null where the disk, or the clock, cannot be had. */
  readonly disk: SmallDisk | null;
  readonly clock: ShiftedClock | null;
  readonly random: Random;
  readonly note: (text: string) => void;
}

/** Strikes and lets things recover, one blow after the other. */
export class Killer {
  readonly blows: Blow[] = [];
  readonly #options: KillerOptions;
  readonly #random: Random;

  constructor(options: KillerOptions) {
    this.#options = options;
    this.#random = options.random;
  }

  async strike(count: number): Promise<void> {
    for (let blow = 0; blow < count; blow += 1) {
      await Bun.sleep(this.#random.between(20, 500));
      if (this.#random.chance(0.6)) await this.#aim();
      const chosen = this.#choose();
      const downMs = this.#random.between(0, 250);
      this.#options.note(`blow: ${chosen}, ${downMs} ms`);
      if (await this.#blow(chosen, downMs)) this.blows.push(chosen);
      else this.#options.note(`there was nothing to strike`);
    }
  }

  #choose(): Blow {
    const { disk, clock } = this.#options;
    const blow = this.#random.weighted(WEIGHTS);
    if (blow === "disk full" && disk === null) return "service";
    if (blow === "clock jump" && clock === null) return "service";
    const sofar = this.blows.filter((each) => each === blow).length;
    return sofar >= (MOST.get(blow) ?? Number.POSITIVE_INFINITY) ? "service" : blow;
  }

  /** @returns false when what was to be struck was not there. */
  async #blow(blow: Blow, downMs: number): Promise<boolean> {
    const { victims } = this.#options;
    switch (blow) {
      case "text runner":
        return victims.killHelper("text", HELPER_MS);
      case "vision runner":
        return victims.killHelper("vision", HELPER_MS);
      case "documents process":
        return victims.killHelper("documents", HELPER_MS);
      case "stream drop":
        await victims.control("faults", { kind: "stream-drop", mode: "reset" });
        return true;
      case "network trouble": {
        const rules = networkTrouble(this.#random);
        this.#options.note(JSON.stringify(rules));
        await victims.trouble(rules, this.#random.between(300, 2500));
        return true;
      }
      case "simulator":
        await victims.killSimulator();
        await Bun.sleep(downMs);
        await victims.startSimulator();
        return true;
      case "service":
      case "service, politely":
        await victims.killService(blow === "service" ? "SIGKILL" : "SIGTERM");
        await Bun.sleep(downMs);
        victims.startService();
        return true;
      case "everything":
        for (const helper of ["text", "vision", "documents"] satisfies Helper[])
          await victims.killHelper(helper);
        await this.#killBoth(downMs);
        return true;
      case "service and simulator":
        await this.#killBoth(downMs);
        return true;
      case "clock jump":
        return this.#setClock();
      case "disk full":
        return this.#fillDisk(downMs);
    }
  }

  async #killBoth(downMs: number): Promise<void> {
    const { victims } = this.#options;
    await Promise.all([victims.killSimulator(), victims.killService("SIGKILL")]);
    await Bun.sleep(downMs);
    // Whoever comes first: the service has to wait for the server, too.
    if (this.#random.chance(0.5)) victims.startService();
    await victims.startSimulator();
    if (!victims.hasService) victims.startService();
  }

  /** By minutes or hours, forward or back: what people, time servers and suspended machines do to clocks. */
  #setClock(): boolean {
    const seconds = this.#random.pick([60, 600, HOUR_S, 5 * HOUR_S]) * this.#random.pick([-1, 1]);
    this.#options.note(`the clock is set by ${seconds} s`);
    this.#options.clock?.jump(seconds);
    return true;
  }

  /**
   * Until the service writes to its disk again. It must not be killed before: while nothing can be stored, what it
   * works on is only in its memory, and the README says so.
   */
  async #fillDisk(downMs: number): Promise<boolean> {
    const { disk, victims } = this.#options;
    if (disk === null) return false;
    // The demo model is unpacked at the first start, and without it there is no service: it says so and ends.
    await victims.serviceReady();
    disk.fill();
    await Bun.sleep(downMs * 8);
    disk.free();
    await Bun.sleep(NOTICE_MS);
    const { log } = victims.service;
    const times = (words: string) => log.filter(({ message }) => message.includes(words)).length;
    await waitUntil(
      "the database is written again",
      () => times("cannot be used: ") === times("is written again"),
    );
    return true;
  }

  async #aim(): Promise<void> {
    const aim = this.#random.pick(AIMS);
    await aimAt(this.#options.canvases, aim);
    this.#options.note(`aimed at: ${aim}`);
  }
}
