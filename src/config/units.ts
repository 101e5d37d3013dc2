const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1000,
  kib: 1024,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
};

const QUANTITY = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i;

/**
 * @param plainUnit what a number without unit means, in ms.
 * @returns whole milliseconds, or undefined when the text is not a duration.
 */
export function parseDuration(text: string, plainUnit: number): number | undefined {
  return parseQuantity(text, DURATION_UNITS, plainUnit);
}

/** @returns whole bytes, or undefined when the text is not a size. MB is 1,000,000 and MiB 1,048,576 bytes. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, SIZE_UNITS, 1);
}

/** The shortest exact writing: `90000` → `1.5m`, `1500` → `1.5s`. */
export function formatDuration(ms: number): string {
  return formatQuantity(ms, [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ]);
}

/** The largest unit that comes out even, binary or decimal. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, [
    ["GiB", 1024 ** 3],
    ["GB", 1000 ** 3],
    ["MiB", 1024 ** 2],
    ["MB", 1000 ** 2],
    ["KiB", 1024],
    ["kB", 1000],
    ["B", 1],
  ]);
}

function parseQuantity(
  text: string,
  units: Readonly<Record<string, number>>,
  plainUnit: number,
): number | undefined {
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, amount = "", unit = ""] = match;
  const factor = unit === "" ? plainUnit : units[unit.toLowerCase()];
  return factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

function formatQuantity(value: number, units: readonly (readonly [string, number])[]): string {
  for (const [unit, factor] of units) {
    // One decimal place at most, and only if nothing is lost by it.
    if (value >= factor && (value * 10) % factor === 0) return `${value / factor}${unit}`;
  }
  return String(value);
}
