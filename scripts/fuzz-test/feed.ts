import * as fc from "fast-check";
import type { Target, TargetResult } from "./target.ts";

/** Caches and compiled code take their room in the first part; memory is compared with what it is then. */
const WARM_UP = 0.2;
const LOOK_EVERY = 500;
const MAX_DESCRIPTION = 1500;
const MEGABYTE = 1e6;

export interface FeedOptions {
  readonly name: string;
  readonly runs: number;
  readonly seed: number;
  /** Told the number of each input before it is fed. */
  readonly onInput: (number: number) => void;
}

/** Feeds a target until something is not as it should be, and then looks for the smallest input that shows it. */
export async function feed<Input>(target: Target<Input>, options: FeedOptions): Promise<TargetResult> {
  const { name, runs, seed, onInput } = options;
  const outcomes: Record<string, number> = {};
  const findings: string[] = [];
  let fed = 0;
  let slowestMs = 0;
  let warmBytes = 0;
  let mostBytes = 0;
  const look = async () => {
    mostBytes = Math.max(mostBytes, await target.residentBytes());
  };
  const property = fc.asyncProperty(target.inputs, async (input) => {
    fed += 1;
    onInput(fed);
    const began = performance.now();
    const outcome = await target.check(input);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (fed === Math.ceil(runs * WARM_UP)) warmBytes = await target.residentBytes();
    else if (fed % LOOK_EVERY === 0) await look();
  });
  const details = await fc.check(property, { numRuns: runs, seed });
  await look();
  if (details.failed) findings.push(describeFailure(target, details));
  const growth = warmBytes === 0 ? 0 : Math.max(0, mostBytes - warmBytes);
  if (growth > target.maxGrowth) findings.push(`its memory grew by ${Math.round(growth / MEGABYTE)} MB`);
  await target.end?.().catch((error: unknown) => findings.push(String(error)));
  return {
    name,
    seed,
    inputs: fed,
    outcomes,
    slowestMs: Math.round(slowestMs),
    growthMb: Math.round(growth / MEGABYTE),
    findings,
  };
}

function describeFailure<Input>(target: Target<Input>, details: fc.RunDetails<[Input]>): string {
  const [input] = details.counterexample ?? [];
  const shown = input === undefined ? "" : (target.describe?.(input) ?? fc.stringify(input));
  const error =
    details.errorInstance instanceof Error ? details.errorInstance.stack : String(details.errorInstance);
  return `${error}\n    with ${shown.slice(0, MAX_DESCRIPTION)}`;
}
