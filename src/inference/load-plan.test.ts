import { describe, expect, test } from "bun:test";
import type { GgufFacts } from "../models/gguf.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { type LoadPlan, loadPlans } from "./load-plan.ts";

const FACTS: GgufFacts = {
  architecture: "llama",
  name: "test",
  quantization: "Q4_K_M",
  contextLength: 4096,
  parameterCount: 8e9,
  expectedBytes: 5e9,
  parts: 1,
  kvCache: { layers: 32, heads: 8, keyLength: 128, valueLength: 128 },
};
const steps = (plans: readonly LoadPlan[]) => plans.map(({ step }) => step);
const PROCESSOR = { contextSize: 0, gpu: "off", mayHaveGpu: false } as const;

describe("the ladder", () => {
  test("on the processor", () => {
    const plans = loadPlans(FACTS, PROCESSOR);
    expect(steps(plans)).toEqual([
      "nothing reduced",
      "batch of 32 tokens",
      "context of 2048 tokens",
      "context of 1024 tokens",
      "context of 512 tokens",
      "KV cache in 8 bits",
    ]);
    expect(plans[0]).toMatchObject({ pool: "ram", contextSize: 4096, batchSize: 128, kvCache: "f16" });
    expect(plans.at(-1)).toMatchObject({ contextSize: 512, batchSize: 32, kvCache: "q8_0" });
  });

  test("a context that somebody set stays as it is", () => {
    const plans = loadPlans(FACTS, { ...PROCESSOR, contextSize: 3000 });
    expect(steps(plans)).toEqual(["nothing reduced", "batch of 32 tokens", "KV cache in 8 bits"]);
    expect(new Set(plans.map(({ contextSize }) => contextSize))).toEqual(new Set([3000]));
  });

  test("with a GPU fewer of its layers, and without it only when nobody insisted on it", () => {
    const settings = { contextSize: 4096, gpu: "auto", mayHaveGpu: true } as const;
    const plans = loadPlans(FACTS, settings);
    expect(plans.map(({ step, pool }) => `${pool}: ${step}`)).toEqual([
      "vram: nothing reduced",
      "vram: batch of 128 tokens",
      "vram: KV cache in 8 bits",
      "vram: 16 of 32 layers on the GPU",
      "vram: 8 of 32 layers on the GPU",
      "ram: no GPU",
      "ram: batch of 32 tokens",
      "ram: KV cache in 8 bits",
    ]);
    expect(loadPlans(FACTS, { ...settings, gpu: "cuda" }).every(({ pool }) => pool === "vram")).toBe(true);
    expect(loadPlans(FACTS, { ...settings, mayHaveGpu: false })[0]).toMatchObject({
      pool: "ram",
      gpu: "auto",
    });
  });

  test("no 8-bit cache for heads that do not divide into its blocks, nor where the file does not tell", () => {
    const odd = { ...FACTS, kvCache: { layers: 32, heads: 8, keyLength: 80, valueLength: 80 } };
    expect(steps(loadPlans(odd, PROCESSOR))).not.toContain("KV cache in 8 bits");
    expect(steps(loadPlans({ ...FACTS, kvCache: null }, PROCESSOR))).not.toContain("KV cache in 8 bits");
  });
});

describe("the estimate", () => {
  const [first] = loadPlans(FACTS, PROCESSOR);
  const estimate = (change: Partial<LoadPlan> = {}, sequences = 1) =>
    first ? estimateMemory({ ...first, ...change }, FACTS, 5e9, sequences) : 0;

  test("is the file, the cache of all sequences and some for the computation", () => {
    // 32 layers x 8 heads x 256 numbers x 2 bytes x 4096 tokens
    const cache = 536_870_912;
    expect(estimate({}, 2) - estimate()).toBe(cache);
    expect(estimate()).toBeGreaterThan(5e9 + cache);
    expect(estimate()).toBeLessThan(5e9 + cache + 300e6);
    expect(estimate() - estimate({ kvCache: "q8_0" })).toBe((cache * 15) / 32);
  });

  test("gets smaller with every step of the ladder", () => {
    const needs = loadPlans(FACTS, PROCESSOR).map((plan) => estimateMemory(plan, FACTS, 5e9, 5));
    expect(needs).toEqual([...new Set(needs)].sort((left, right) => right - left));
  });
});
