/** One measured value, at a time in hours. */
export interface Measured {
  readonly hours: number;
  readonly value: number;
}

/** How fast something grows, and how sure that is. */
export interface Trend {
  /** Per hour. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

/** The straight line that comes closest to the values (least squares). Null for fewer than three of them. */
export function trendOf(values: readonly Measured[]): Trend | null {
  const count = values.length;
  if (count < 3) return null;
  const meanX = sum(values, ({ hours }) => hours) / count;
  const meanY = sum(values, ({ value }) => value) / count;
  const spread = sum(values, ({ hours }) => (hours - meanX) ** 2);
  if (spread === 0) return null;
  const slope = sum(values, ({ hours, value }) => (hours - meanX) * (value - meanY)) / spread;
  const residuals = sum(values, ({ hours, value }) => (value - meanY - slope * (hours - meanX)) ** 2);
  return { slope, error: Math.sqrt(residuals / (count - 2) / spread) };
}

/**
 * The least of each part of the time. Memory rises until the next collection of garbage; what is left after it tells
 * whether it grows.
 */
export function lows(values: readonly Measured[], partHours: number): Measured[] {
  const parts = new Map<number, Measured>();
  for (const measured of values) {
    const part = Math.floor(measured.hours / partHours);
    const lowest = parts.get(part);
    if (lowest === undefined || measured.value < lowest.value) parts.set(part, measured);
  }
  return [...parts.values()];
}

function sum(values: readonly Measured[], of: (measured: Measured) => number): number {
  return values.reduce((total, measured) => total + of(measured), 0);
}
