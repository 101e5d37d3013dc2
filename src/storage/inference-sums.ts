import type { Database } from "bun:sqlite";
import { PERIODS } from "./periods.ts";
import type { PerformanceInsert } from "./schema.ts";

const SUMMED = [
  "prompt_tokens",
  "completion_tokens",
  "queue_ms",
  "load_ms",
  "prompt_ms",
  "ttft_ms",
  "generation_ms",
  "duration_ms",
] as const;
const HIGHEST = {
  vram_max_mb: "vram_after_mb",
  gpu_utilization_max_percent: "gpu_utilization_percent",
} as const;
const COUNTED = ["succeeded", "failed", "cancelled"] as const;

const ADDED = [...COUNTED, ...SUMMED];
const COLUMNS = ["step", "period", "engine", "model", ...ADDED, ...Object.keys(HIGHEST)];
const UPSERT = `INSERT INTO inference_sums (${COLUMNS}) VALUES (${COLUMNS.map((name) => `$${name}`)})
  ON CONFLICT DO UPDATE SET ${[
    ...ADDED.map((name) => `${name} = ${name} + excluded.${name}`),
    // SQLite's max() of two values is null when one of them is.
    ...Object.keys(HIGHEST).map(
      (name) => `${name} = max(coalesce(${name}, excluded.${name}), coalesce(excluded.${name}, ${name}))`,
    ),
  ]}`;

type Sum = Record<string, string | number | null>;

/**
 * The sums of one batch of inferences, by period, engine and model. Adding them up here costs a few upserts a batch;
 * a trigger would cost two for each row.
 */
export class InferenceSums {
  readonly #sums = new Map<string, Sum>();

  add(row: PerformanceInsert): void {
    for (const { step, length } of PERIODS) {
      const period = row.created_at.slice(0, length);
      const key = `${period} ${row.engine} ${row.model}`;
      const sum = this.#sums.get(key) ?? { step, period, engine: row.engine, model: row.model };
      this.#sums.set(key, sum);
      for (const name of COUNTED) sum[name] = Number(sum[name] ?? 0) + (row.status === name ? 1 : 0);
      for (const name of SUMMED) sum[name] = Number(sum[name] ?? 0) + (row[name] ?? 0);
      for (const [name, source] of Object.entries(HIGHEST)) sum[name] = highest(sum[name], row[source]);
    }
  }

  write(database: Database): void {
    for (const sum of this.#sums.values()) database.query<null, Sum>(UPSERT).run(sum);
  }
}

function highest(known: string | number | null | undefined, value: number | null | undefined): number | null {
  if (value === null || value === undefined) return typeof known === "number" ? known : null;
  return typeof known === "number" ? Math.max(known, value) : value;
}
