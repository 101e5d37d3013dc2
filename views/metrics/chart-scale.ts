/** The end of an axis: a round number at or above the largest value, so that four equal parts are readable too. */
export function roundedUp(largest: number): number {
  if (largest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  const steps = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10];
  const step = steps.find((each) => each * power >= largest) ?? 10;
  return step * power;
}

/** Counts have no halves: the axis of four parts ends at a multiple of four then. */
export function wholeRoundedUp(largest: number): number {
  return Math.ceil(Math.max(4, roundedUp(largest)) / 4) * 4;
}
