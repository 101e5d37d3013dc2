let failures = 0;

/** One line per check; a test ends with exit code 1 when one of them failed. */
export function check(what: string, passed: boolean, detail: unknown = ""): void {
  if (!passed) failures += 1;
  const text = passed ? "" : `: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`;
  process.stdout.write(`  ${passed ? "ok" : "!!"}  ${what}${text}\n`);
}

/** @returns whether it became true in time */
export async function eventually(seconds: number, condition: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await Bun.sleep(100)) {
    if (await condition()) return true;
  }
  return false;
}

export function finishChecks(): never {
  process.stdout.write(failures === 0 ? "passed\n" : `${failures} failed\n`);
  process.exit(failures === 0 ? 0 : 1);
}
