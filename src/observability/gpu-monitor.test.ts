import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Nvml } from "../native/nvml.ts";
import { canBuildFakeNvml, FakeNvml } from "../native/testing/build-fake-nvml.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { Mailbox } from "../testing/mailbox.ts";
import { GpuMonitor, type GpuProbe } from "./gpu-monitor.ts";
import { GpuReader } from "./gpu-reader.ts";
import { type GpuResult, gpuTotals } from "./gpu-snapshot.ts";
import { FakeNvidiaSmi } from "./testing/fake-nvidia-smi.ts";
import { type LogEntry, RecordingLogger } from "./testing/recording-logger.ts";

const PERIOD = 10_000;

test("several GPUs together: memory added up, the busiest one's load", () => {
  const gpu = { index: 0, name: "A", driver: "1", vram_used_mb: 10, vram_total_mb: 100 };
  expect(gpuTotals([])).toBeNull();
  expect(
    gpuTotals([
      { ...gpu, gpu_utilization_percent: 20 },
      { ...gpu, gpu_utilization_percent: 90 },
      { ...gpu, gpu_utilization_percent: null },
    ]),
  ).toEqual({ vram_used_mb: 30, vram_total_mb: 300, gpu_utilization_percent: 90 });
  expect(gpuTotals([{ ...gpu, gpu_utilization_percent: null }])?.gpu_utilization_percent).toBeNull();
});

const GOOD: GpuResult = {
  reading: {
    source: "nvml",
    gpus: [
      {
        index: 0,
        name: "A",
        driver: "1",
        vram_used_mb: 1,
        vram_total_mb: 2,
        gpu_utilization_percent: 3,
      },
    ],
    unreadable: [],
    cuda: null,
  },
};

test("who asks for a fresh reading gets the latest when the driver takes its time", async () => {
  const timers = new FakeTimers();
  const results = [Promise.resolve(GOOD)];
  const slow = new Promise<GpuResult>(() => {});
  const probe: GpuProbe = { read: () => results.pop() ?? slow, close: () => {} };
  const monitor = new GpuMonitor({ probe, timers, logger: new RecordingLogger() });
  monitor.start();
  await timers.untilScheduled((delay) => delay === PERIOD);
  timers.advance(500);
  const asked = monitor.sample();
  await timers.untilScheduled((delay) => delay === 1000);
  timers.advance(1000);
  expect(await asked).toHaveLength(1);
  await monitor.stop();
});

test("who asks before the first reading waits for it", async () => {
  const timers = new FakeTimers();
  const probe: GpuProbe = { read: async () => GOOD, close: () => {} };
  const monitor = new GpuMonitor({ probe, timers, logger: new RecordingLogger() });
  monitor.start();
  expect(await monitor.sample()).toHaveLength(1);
  await monitor.stop();
});

test("a driver that hangs is reported, not asked again, and welcome when it answers after all", async () => {
  const timers = new FakeTimers();
  const logger = new RecordingLogger();
  const reads = new Mailbox<(result: GpuResult) => void>();
  let count = 0;
  const probe: GpuProbe = {
    read: () => {
      count += 1;
      return new Promise((resolve) => reads.put(resolve));
    },
    close: () => {},
  };
  const monitor = new GpuMonitor({ probe, timers, logger });
  monitor.start();
  await timers.untilScheduled((delay) => delay === 15_000);
  timers.advance(15_000);
  await logger.logged("No GPU figures can be read");
  expect(monitor.status().state).toBe("unavailable");
  timers.advance(24 * 3_600_000);
  expect(count).toBe(1);
  expect(await monitor.sample()).toEqual([]);
  expect(texts(logger.entries)).toEqual([
    "warn No GPU figures can be read: The NVIDIA driver does not answer.",
  ]);

  (await reads.next())(GOOD);
  (await reads.next())(GOOD);
  await logger.logged("The GPU is back");
  expect(monitor.status().state).toBe("working");
  await monitor.stop();
});

describe.skipIf(!canBuildFakeNvml)("against a library with NVML's ABI (needs Linux and cc)", () => {
  let nvml: FakeNvml;
  let smi: FakeNvidiaSmi;
  let timers: FakeTimers;
  let logger: RecordingLogger;
  let monitor: GpuMonitor;

  beforeEach(() => {
    nvml = new FakeNvml();
    smi = new FakeNvidiaSmi();
    smi.install();
    timers = new FakeTimers();
    logger = new RecordingLogger();
  });
  afterEach(async () => {
    await monitor.stop();
    smi.remove();
    nvml.remove();
  });

  async function started(library = nvml.path): Promise<void> {
    monitor = new GpuMonitor({ probe: new GpuReader(() => new Nvml([library])), timers, logger });
    const looked = timers.untilScheduled((delay) => delay !== 15_000);
    monitor.start();
    await looked;
  }

  /** Lets the time until the next look pass. @returns how long the monitor means to wait after it */
  async function nextLook(ms: number): Promise<number> {
    timers.advance(ms - 1);
    const looked = () => monitor.status().readings + monitor.status().failures;
    const before = looked();
    timers.advance(1);
    // Time stands still meanwhile, so what is planned after the look counts from now.
    const now = timers.monotonicNow();
    const next = await timers.untilScheduled((delay, at) => delay !== 15_000 && at - delay === now);
    expect(looked()).toBeGreaterThan(before);
    return next;
  }

  test("figures of all GPUs, and who holds their memory", async () => {
    nvml.play("gpus 2", "used 1 7000", "utilization 1 88", "process 1 4711 6500", "driver 535.1");
    await started();
    expect(monitor.status()).toEqual({
      state: "working",
      source: "nvml",
      gpus: 2,
      message: null,
      readings: 1,
      failures: 0,
    });
    expect(monitor.latest()[1]).toEqual({
      index: 1,
      name: "Test GPU 1",
      vram_used_mb: 7000,
      vram_total_mb: 8192,
      gpu_utilization_percent: 88,
      driver: "535.1",
      processes: [{ pid: 4711, vram_used_mb: 6500 }],
    });
    expect(texts(logger.entries)).toEqual(["info GPU figures are read"]);
    expect(logger.entries[0]?.fields).toMatchObject({ vram_used_mb: 8024, vram_total_mb: 16384 });
  });

  test("a sample is fresh, and a very young reading is shared", async () => {
    await started();
    nvml.play("used 0 2000");
    expect((await monitor.sample())[0]?.vram_used_mb).toBe(1024);
    timers.advance(51);
    const asked = await Promise.all([monitor.sample(), monitor.sample()]);
    expect(asked.map(([gpu]) => gpu?.vram_used_mb)).toEqual([2000, 2000]);
    expect(monitor.status().readings).toBe(2);
    timers.advance(1000);
    await monitor.sample(1000);
    expect(monitor.status().readings).toBe(2);
    await monitor.sample(999);
    expect(monitor.status().readings).toBe(3);
  });

  test("no GPU: nothing complains, and it is looked for every ten minutes", async () => {
    await started("/nonexistent/libnvidia-ml.so.1");
    expect(monitor.status()).toMatchObject({ state: "absent", message: null });
    expect(await monitor.sample()).toEqual([]);
    expect(texts(logger.entries)).toEqual(["debug No NVIDIA GPU was found"]);
    expect(timers.pending).toBe(1);
    expect(await nextLook(600_000)).toBe(600_000);
    expect(logger.entries).toHaveLength(1);
  });

  test("a driver without GPU is no GPU; one that is plugged in later is found", async () => {
    nvml.play("gpus 0");
    await started();
    expect(monitor.status().state).toBe("absent");
    nvml.play("gpus 1");
    expect(await nextLook(600_000)).toBe(PERIOD);
    expect(monitor.status().state).toBe("working");
  });

  test.each([
    [1, "forgot"],
    [9, "not loaded"],
    [15, "fallen off"],
    [18, "restart the machine"],
    [999, "reports an error"],
  ])(
    "code %p at run time is reported once and looked into with growing delays until it is gone",
    async (code, words) => {
      await started();
      nvml.play(`fail ${code}`, `init ${code}`);
      expect(await nextLook(PERIOD)).toBe(1000);
      expect(monitor.status()).toMatchObject({ state: "unavailable", gpus: 0 });
      expect(monitor.status().message).toContain(words);
      expect(await monitor.sample()).toEqual([]);
      expect(await nextLook(1000)).toBe(2000);
      expect(await nextLook(2000)).toBe(4000);
      nvml.play();
      expect(await nextLook(4000)).toBe(PERIOD);
      expect(monitor.status().state).toBe("working");
      expect(texts(logger.entries).map((text) => text.split(":")[0])).toEqual([
        "info GPU figures are read",
        "warn No GPU figures can be read",
        "info The GPU is back",
      ]);
    },
  );

  test("one of two GPUs lost: the other one's figures go on, the loss is told", async () => {
    nvml.play("gpus 2");
    await started();
    nvml.play("gpus 2", "lost 0");
    expect(await nextLook(PERIOD)).toBe(PERIOD);
    expect(monitor.latest().map(({ index }) => index)).toEqual([1]);
    expect(monitor.status().state).toBe("degraded");
    expect(monitor.status().message).toContain("GPU 0: The GPU no longer answers");
  });

  test("nvidia-smi stands in for a library that fails, visibly, until it works again", async () => {
    nvml.play("init 18");
    smi.play("0, NVIDIA T4, 100, 15360, 7, 550.1");
    await started();
    expect(monitor.status()).toMatchObject({ state: "degraded", source: "nvidia-smi", gpus: 1 });
    expect(monitor.status().message).toContain("nvidia-smi is used instead");
    expect(monitor.latest()[0]).toMatchObject({ name: "NVIDIA T4", vram_used_mb: 100 });
    nvml.play();
    await nextLook(1000);
    expect(monitor.status()).toMatchObject({ state: "working", source: "nvml" });
  });

  test("after a stop nothing is read and no timer is left", async () => {
    await started();
    await monitor.stop();
    expect(timers.pending).toBe(0);
    expect(await monitor.sample()).toEqual([]);
  });
});

function texts(entries: readonly LogEntry[]): string[] {
  return entries.map(({ level, message, fields }) => {
    const { error } = fields;
    return `${level} ${message}${error instanceof Error ? `: ${error.message}` : ""}`;
  });
}
