import type { TestCanvas } from "../../src/e2e/test-canvas.ts";
import type { Random } from "./random.ts";
import type { Victims } from "./victims.ts";

const WEIGHTS = {
  service: 38,
  runner: 14,
  simulator: 16,
  "service and simulator": 9,
  "all three": 9,
  "service, politely": 8,
  "stream drop": 6,
} as const;

export type Blow = keyof typeof WEIGHTS;
export const BLOWS = Object.keys(WEIGHTS) as Blow[];

/** A runner that crashes three times without an answer in between is quarantined, and rightly so. */
const MAX_RUNNER_KILLS = 2;
/** Waiting for the right moment ends here: perhaps it never comes. */
const AIM_MS = 600;

/** Moments between two writes of one step, as the canvas shows them. */
const AIMS = ["claimed", "answer begun", "answer complete", "released", "any"] as const;

/** Kills and starts again, one blow after the other. */
export class Killer {
  readonly blows: Blow[] = [];
  readonly #victims: Victims;
  readonly #canvases: readonly TestCanvas[];
  readonly #random: Random;
  readonly #note: (text: string) => void;

  constructor(options: {
    readonly victims: Victims;
    readonly canvases: readonly TestCanvas[];
    readonly random: Random;
    readonly note: (text: string) => void;
  }) {
    this.#victims = options.victims;
    this.#canvases = options.canvases;
    this.#random = options.random;
    this.#note = options.note;
  }

  async strike(count: number): Promise<void> {
    for (let blow = 0; blow < count; blow += 1) {
      await Bun.sleep(this.#random.between(20, 500));
      if (this.#random.chance(0.6)) await this.#aim();
      await this.#blow(this.#choose());
    }
  }

  #choose(): Blow {
    const blow = this.#random.weighted(WEIGHTS);
    const worn = this.blows.filter((each) => each === "runner").length >= MAX_RUNNER_KILLS;
    return blow === "runner" && worn ? "service" : blow;
  }

  async #blow(blow: Blow): Promise<void> {
    const downMs = this.#random.between(0, 250);
    this.#note(`kill: ${blow}, down for ${downMs} ms`);
    this.blows.push(blow);
    switch (blow) {
      case "runner":
        await this.#victims.killRunner();
        return;
      case "stream drop":
        await this.#victims.control("faults", { kind: "stream-drop", mode: "reset" });
        return;
      case "simulator":
        await this.#victims.killSimulator();
        await Bun.sleep(downMs);
        await this.#victims.startSimulator();
        return;
      case "service":
      case "service, politely":
        await this.#victims.killService(blow === "service" ? "SIGKILL" : "SIGTERM");
        await Bun.sleep(downMs);
        this.#victims.startService();
        return;
      case "all three":
        await this.#victims.killRunner();
        await this.#killBoth(downMs);
        return;
      case "service and simulator":
        await this.#killBoth(downMs);
        return;
    }
  }

  async #killBoth(downMs: number): Promise<void> {
    await Promise.all([this.#victims.killSimulator(), this.#victims.killService("SIGKILL")]);
    await Bun.sleep(downMs);
    // Whoever comes first: the service has to wait for the server, too.
    if (this.#random.chance(0.5)) this.#victims.startService();
    await this.#victims.startSimulator();
    if (!this.#victims.hasService) this.#victims.startService();
  }

  /** Waits until the canvas shows one of the moments anew. */
  async #aim(): Promise<void> {
    const aim = this.#random.pick(AIMS);
    const seen = new Set(this.#canvases.flatMap((canvas) => moments(canvas, aim)));
    const came = Promise.withResolvers<void>();
    const ends = this.#canvases.map((canvas) =>
      canvas.onChange(() => {
        if (moments(canvas, aim).some((moment) => !seen.has(moment))) came.resolve();
      }),
    );
    await Promise.race([came.promise, Bun.sleep(AIM_MS)]);
    for (const end of ends) end();
    this.#note(`aimed at: ${aim}`);
  }
}

/** What is to be seen of such moments by now; each is a new word. */
function moments(canvas: TestCanvas, aim: (typeof AIMS)[number]): string[] {
  switch (aim) {
    case "claimed":
      return canvas.notes.filter(({ text }) => text.includes("⏳")).map(({ id }) => id);
    case "answer begun":
      return canvas.answers.map(({ id }) => id);
    case "answer complete":
      return canvas.answers.filter(({ text }) => text.endsWith(".")).map(({ id }) => id);
    case "released":
      return [...canvas.history]
        .filter(([, texts]) => texts.length > 1 && !texts.at(-1)?.includes("⏳"))
        .map(([id]) => id);
    case "any":
      return [...canvas.history].map(([id, texts]) => `${id} ${texts.length}`);
  }
}
