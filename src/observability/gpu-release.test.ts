import { expect, test } from "bun:test";
import { FakeTimers } from "../testing/fake-timers.ts";
import { nextTurn } from "../testing/next-turn.ts";
import { gpuMemoryReleased } from "./gpu-release.ts";
import type { GpuProcess, GpuSnapshot } from "./gpu-snapshot.ts";
import { RecordingLogger } from "./testing/recording-logger.ts";

const PID = 4711;
const HELD = { pid: PID, vram_used_mb: 500 };
const OTHER = { pid: 1, vram_used_mb: 900 };

function gpu(processes: readonly GpuProcess[] | null): GpuSnapshot {
  const figures = { vram_used_mb: 1000, vram_total_mb: 8000, gpu_utilization_percent: 0 };
  return { index: 0, name: "A", driver: "1", ...figures, ...(processes ? { processes } : {}) };
}

/** @param samples what each fresh reading finds; the last one is found again and again */
async function released(latest: readonly GpuSnapshot[], ...samples: (readonly GpuSnapshot[])[]) {
  const timers = new FakeTimers();
  const logger = new RecordingLogger();
  const sample = async () => (samples.length > 1 ? samples.shift() : samples[0]) ?? [];
  const done = gpuMemoryReleased(PID, { gpus: { latest: () => latest, sample }, timers, logger });
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  for (let turn = 0; turn < 100 && !isDone; turn += 1) {
    await nextTurn();
    if (timers.pending > 0) timers.advance(100);
  }
  await done;
  return logger.entries.map(({ level, message, fields }) => ({ level, message, ...fields }) as unknown);
}

test("it is waited until the driver has taken the memory back from both GPUs, and said how much it was", async () => {
  const holding = [gpu([HELD, OTHER]), gpu([HELD])];
  expect(await released(holding, holding, [gpu([OTHER]), gpu([HELD])], [gpu([OTHER]), gpu([])])).toEqual([
    {
      level: "info",
      message: "GPU memory of the model process is free",
      source: "observability/gpu-release.ts:gpuMemoryReleased",
      pid: PID,
      freed_mb: 1000,
      duration_ms: 200,
    },
  ]);
});

test("a driver that does not take it back is reported, and not waited for any longer", async () => {
  const [entry, ...more] = await released([], [gpu([HELD])]);
  expect(entry).toMatchObject({ level: "warn", held_mb: 500, error: { code: "GPU_UNAVAILABLE" } });
  expect(more).toEqual([]);
});

test("nothing is said of a process that held nothing, or where nobody tells", async () => {
  expect(await released([gpu([OTHER])], [gpu([OTHER])])).toEqual([]);
  expect(await released([gpu(null)], [gpu(null)])).toEqual([]);
  expect(await released([], [])).toEqual([]);
});
