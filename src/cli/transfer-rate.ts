interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** Long enough to be calm, short enough to notice that the line has become slow. */
const WINDOW_MS = 10_000;
const SAMPLE_EVERY_MS = 500;

/** How fast a transfer has been in the last seconds. */
export class TransferRate {
  readonly #samples: Sample[] = [];

  /** @param at ms on a clock that only goes forward */
  add(at: number, bytes: number): void {
    const last = this.#samples.at(-1);
    // Fewer bytes than before: it began anew.
    if (last !== undefined && bytes < last.bytes) this.#samples.length = 0;
    else if (last !== undefined && at - last.at < SAMPLE_EVERY_MS) return;
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW_MS) this.#samples.shift();
  }

  /** @returns null until there is something to measure */
  get bytesPerSecond(): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at === first.at) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }
}

/** `52 s`, `12 min`, `3 h 5 min`. */
export function humanSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 100) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
