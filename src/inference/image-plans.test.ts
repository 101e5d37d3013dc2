import { expect, test } from "bun:test";
import { imagePlans, pictureBytes } from "./image-plans.ts";

const WEIGHTS = 2_000_000_000;
const SIZE = { pixels: 512 ** 2, parallel: 1 };

test("without a GPU only the pictures can be made smaller to draw", () => {
  const plans = imagePlans(WEIGHTS, { ...SIZE, gpu: "off" });
  expect(plans.map(({ plan }) => [plan.pool, plan.gpu, plan.step])).toEqual([
    ["ram", "off", "nothing reduced"],
    ["ram", "off", "pictures in tiles"],
  ]);
});

test("a GPU that was asked for is not given up, but takes the weights only while it needs them", () => {
  const plans = imagePlans(WEIGHTS, { ...SIZE, gpu: "cuda" });
  expect(plans.map(({ plan }) => [plan.pool, plan.weightsInRam, plan.tiled])).toEqual([
    ["vram", false, false],
    ["vram", true, true],
  ]);
});

test("every rung takes less than the one before, and twice as many pictures nearly twice as much", () => {
  for (const gpu of ["off", "cuda"] as const) {
    const bytes = imagePlans(WEIGHTS, { ...SIZE, gpu }).map((each) => each.bytes);
    expect(bytes).toEqual(bytes.toSorted((one, other) => other - one));
    const twice = imagePlans(WEIGHTS, { ...SIZE, gpu, parallel: 2 }).map((each) => each.bytes);
    for (const [index, each] of twice.entries()) expect(each / (bytes[index] ?? 0)).toBeWithin(1.8, 2);
  }
});

test("what a picture takes grows with its size", () => {
  const [first] = imagePlans(WEIGHTS, { ...SIZE, gpu: "off" });
  if (first === undefined) throw new Error("no plan");
  expect(pictureBytes(first.plan, 1024 ** 2)).toBe(4 * pictureBytes(first.plan, 512 ** 2));
  const keys = [512, 1024].map(
    (side) => imagePlans(WEIGHTS, { ...SIZE, pixels: side ** 2, gpu: "off" })[0]?.key,
  );
  // What was measured for one size says nothing about another.
  expect(keys[0]).not.toEqual(keys[1]);
});
