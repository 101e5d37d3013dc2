import { expect, test } from "bun:test";
import fc from "fast-check";
import { TimeSlice } from "../time-slice.ts";
import { sortInSlices } from "./sort-in-slices.ts";

test("it sorts like toSorted, and leaves equal items in their order", async () => {
  const item = fc.record({ rank: fc.nat(50), name: fc.string() });
  const byRank = (one: { rank: number }, other: { rank: number }) => one.rank - other.rank;
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 2000, size: "max" }), async (items) => {
      expect(await sortInSlices(items, byRank, new TimeSlice())).toEqual(items.toSorted(byRank));
    }),
    { numRuns: 50 },
  );
});
