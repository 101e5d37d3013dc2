/** Says what holds and what does not, and remembers whether all did. */
export class Checks {
  #failures = 0;

  /** @param detail what explains a failure */
  readonly check = (what: string, passed: boolean, detail: unknown = ""): void => {
    if (!passed) this.#failures += 1;
    const text = passed ? "" : `: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`;
    process.stdout.write(`  ${passed ? "ok" : "!!"}  ${what}${text}\n`);
  };

  /** The last word. @returns the exit code */
  end(): number {
    process.stdout.write(this.#failures === 0 ? "passed\n" : `${this.#failures} failed\n`);
    return this.#failures === 0 ? 0 : 1;
  }
}

/** @returns whether it became true in time */
export async function eventually(
  seconds: number,
  condition: () => boolean | Promise<boolean>,
): Promise<boolean> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await Bun.sleep(100)) {
    if (await condition()) return true;
  }
  return false;
}
