const CELLS = 10;

/** What is going on, with a bar when it is known how much is done. One line. */
export function progressText(status: string, fraction?: number): string {
  if (fraction === undefined) return status;
  const done = Math.min(1, Math.max(0, fraction));
  const cells = Math.round(done * CELLS);
  return `${status} ${"▓".repeat(cells)}${"░".repeat(CELLS - cells)} ${Math.round(done * 100)} %`;
}
