/** Counts of durations in buckets of latency_sums. */
export interface LatencyBucket {
  readonly bucket: number;
  readonly prompts: number;
}

/** In ms; at most 4.5 % off, null when nothing was answered. */
export interface Percentiles {
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

/** Pure: the percentiles of a histogram. Each is the middle of the bucket that holds it. */
export function percentiles(buckets: readonly LatencyBucket[]): Percentiles {
  const ordered = [...buckets].sort((a, b) => a.bucket - b.bucket);
  const total = ordered.reduce((sum, { prompts }) => sum + prompts, 0);
  const at = (share: number): number | null => {
    let seen = 0;
    for (const { bucket, prompts } of ordered) {
      seen += prompts;
      // The middle on the scale of the buckets, which is logarithmic.
      if (seen >= share * total) return Math.round(2 ** ((bucket + 0.5) / 8));
    }
    return null;
  };
  return { p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) };
}
