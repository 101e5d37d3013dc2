import type { ErrorKind, ErrorPoint } from "../storage/queries/errors.ts";
import type { Page } from "../storage/queries/scan.ts";
import type { ErrorRow } from "../storage/schema.ts";
import type { StorageQueries } from "../storage/storage.ts";
import { errorHint } from "./error-hint.ts";
import { type Range, type RangeSpan, spanOf } from "./time-span.ts";

export interface ErrorKindView extends ErrorKind {
  readonly hint: string | null;
  /** Occurrences of each step, oldest first, steps without one included. */
  readonly trend: number[];
}

export interface ErrorsView extends RangeSpan {
  readonly kinds: ErrorKindView[];
  readonly recent: Page<ErrorRow>;
}

export interface ErrorsRequest {
  readonly range?: Range;
  readonly code?: string;
  readonly before?: number;
  readonly limit?: number;
}

/** Errors by type with their trend, and the latest of them. */
export async function readErrors(
  database: StorageQueries,
  { range, code, before, limit }: ErrorsRequest,
): Promise<ErrorsView> {
  const span = spanOf(range);
  const { from, to } = span;
  const step = span.step === "day" ? "day" : "hour";
  const [kinds, points, recent] = await Promise.all([
    database.errorKinds({ from, to }),
    database.errorSeries({ from, to, step }),
    database.errorPage({
      ...{ from, to },
      ...(code ? { code } : {}),
      ...(before === undefined ? {} : { before }),
      limit: limit ?? 25,
    }),
  ]);
  const byCode = Map.groupBy(points, (point) => point.code);
  return {
    ...span,
    kinds: kinds.map((kind) => ({
      ...kind,
      hint: errorHint(kind.code),
      trend: trendOf(byCode.get(kind.code) ?? [], span, step === "day" ? 24 : 1),
    })),
    recent,
  };
}

function trendOf(points: readonly ErrorPoint[], { from, to }: RangeSpan, stepHours: number): number[] {
  const stepMs = stepHours * 60 * 60 * 1000;
  const begin = Math.floor(Date.parse(from) / stepMs);
  const end = Math.ceil(Date.parse(to) / stepMs);
  const trend = new Array<number>(end - begin).fill(0);
  for (const { time, occurrences } of points) {
    const index = Math.floor(Date.parse(time) / stepMs) - begin;
    trend[index] = (trend[index] ?? 0) + occurrences;
  }
  return trend;
}
