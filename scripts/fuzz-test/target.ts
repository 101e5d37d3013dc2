import type * as fc from "fast-check";

/** Something that reads what others wrote. */
export interface Target<Input> {
  readonly inputs: fc.Arbitrary<Input>;
  /**
   * Feeds it one input.
   * @returns in a word or two what became of it, for the table
   * @throws Error when it is not as it should be
   */
  check(input: Input): string | Promise<string>;
  /** Resident memory of the process that reads, in bytes, after everything that it can let go. */
  residentBytes(): number | Promise<number>;
  /** How much that may grow, in bytes. */
  readonly maxGrowth: number;
  /** The input, short enough to be read by people. */
  describe?(input: Input): string;
  /** Called once after the last input. @throws Error when it left something behind or does not work any more */
  end?(): Promise<void>;
}

/** What one target did with its inputs. */
export interface TargetResult {
  readonly name: string;
  readonly seed: number;
  readonly inputs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly growthMb: number;
  /** What is not as it should be, in words; empty when all is. */
  readonly findings: readonly string[];
}

/** For what runs in the process of the fuzzer itself. */
export function ownResidentBytes(): number {
  Bun.gc(true);
  return process.memoryUsage.rss();
}
