/** What a benchmark found out: one number, what it should be, and what it stands beside. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `×` for ratios. */
  readonly unit: string;
  readonly goal?: Goal;
  /** A peer or a limit, measured in the same run and in the same unit unless it says another one. */
  readonly beside?: { readonly what: string; readonly value: number; readonly unit?: string };
}

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** What could not be measured on this machine, and what is missing. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** One run of one benchmark, as it is written to a file. */
export interface BenchResult {
  readonly bench: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  readonly skipped?: readonly Skipped[];
}

/** What figures depend on besides the program. */
export interface Machine {
  readonly time: string;
  readonly commit: string;
  readonly bun: string;
  readonly cpu: string;
  readonly cores: number;
  /** Processes that wanted to run, averaged over a minute: above the number of cores others were at work too. */
  readonly load: { readonly before: number; readonly after: number };
}

/** Null for a figure without a goal. */
export function isMet({ value, goal }: Figure): boolean | null {
  if (goal === undefined) return null;
  return "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
}
