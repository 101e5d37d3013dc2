const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** Decimal units with two or three digits, as file managers and cloud consoles show sizes: `1.2 GB`. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}
