/** The steps of time that sums are kept for, and how much of an ISO 8601 time names a period of each. */
export const PERIODS = [
  { step: "hour", length: "2026-01-31T23".length },
  { step: "day", length: "2026-01-31".length },
] as const;
