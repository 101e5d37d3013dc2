import { expect, test } from "bun:test";
import type { GpuResult } from "./gpu-snapshot.ts";
import { afterResult, dueSource, nextAttempt, UNTRIED_SOURCES } from "./gpu-sources.ts";

const FAILED: GpuResult = { failure: { kind: "failed", message: "driver" } };
const MISSING: GpuResult = { failure: { kind: "missing", message: "none" } };
const GOOD: GpuResult = { reading: { source: "nvml", gpus: [], unreadable: [], cuda: null } };

test("NVML first, nvidia-smi when it fails, none while both wait", () => {
  expect(dueSource(UNTRIED_SOURCES, 0)).toBe("nvml");
  const afterNvml = afterResult(UNTRIED_SOURCES, "nvml", FAILED, 0);
  expect(dueSource(afterNvml, 0)).toBe("nvidia-smi");
  const both = afterResult(afterNvml, "nvidia-smi", FAILED, 0);
  expect(dueSource(both, 999)).toBeNull();
  expect(nextAttempt(both)).toBe(1000);
  expect(dueSource(both, 1000)).toBe("nvml");
});

test("the wait doubles up to ten minutes and begins anew after a success", () => {
  let sources = UNTRIED_SOURCES;
  const waits = Array.from({ length: 12 }, () => {
    sources = afterResult(sources, "nvml", FAILED, 0);
    return sources.nvml.retryAt / 1000;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
  sources = afterResult(afterResult(sources, "nvml", GOOD, 0), "nvml", FAILED, 0);
  expect(sources.nvml.retryAt).toBe(1000);
});

test("what is not installed is looked for every ten minutes", () => {
  expect(afterResult(UNTRIED_SOURCES, "nvml", MISSING, 5).nvml.retryAt).toBe(600_005);
});
