import { expect, test } from "bun:test";
import { judgeGpu } from "./gpu.ts";

const missing = { failure: { kind: "missing" as const, message: "There is no libnvidia-ml.so.1." } };
const broken = { failure: { kind: "failed" as const, message: "The NVIDIA driver is not loaded." } };
const card = {
  index: 0,
  name: "NVIDIA T4",
  driver: "550.54",
  vram_used_mb: 100,
  vram_total_mb: 15_360,
  gpu_utilization_percent: 0,
};
const reading = { source: "nvml" as const, gpus: [card], unreadable: [], cuda: "12.4" };

test("no driver matters only to those who ask for CUDA", () => {
  expect(judgeGpu("auto", missing).status).toBe("ok");
  expect(judgeGpu("vulkan", missing).status).toBe("ok");
  expect(judgeGpu("cuda", missing)).toMatchObject({
    status: "fail",
    code: "GPU_UNAVAILABLE",
    message: expect.stringContaining("LLAMA_GPU=cuda"),
    advice: expect.stringContaining("Install the NVIDIA driver"),
  });
});

test("a driver that does not work is worth a warning to everybody", () => {
  expect(judgeGpu("auto", broken)).toMatchObject({
    status: "warn",
    message: "The NVIDIA driver is not loaded; the processor computes",
  });
});

test("cards are told with driver, memory and CUDA; a lost one is a warning", () => {
  expect(judgeGpu("auto", { reading })).toEqual({
    status: "ok",
    message: "NVIDIA T4, driver 550.54, 100 of 15360 MiB used; CUDA 12.4",
  });
  const lost = { ...reading, unreadable: ["GPU 1: it has fallen off the bus."] };
  expect(judgeGpu("auto", { reading: lost })).toMatchObject({
    status: "warn",
    message: expect.stringContaining("GPU 1"),
  });
});
