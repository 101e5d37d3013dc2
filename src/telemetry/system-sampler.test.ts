import { expect, test } from "bun:test";
import type { SystemInsert } from "../storage/schema.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { EventLoopMonitor } from "./event-loop-lag.ts";
import { SystemSampler, type SystemSources } from "./system-sampler.ts";

const SOURCES: SystemSources = {
  tasks: () => ({ running: 2, waiting: 5, overflow: 1 }),
  runners: () => [
    { kind: "text", state: "ready", model: "small", crashes: 0, rss_bytes: 1000, queued: 3, active: 1 },
    { kind: "image", state: "loading", model: null, crashes: 2, rss_bytes: 500, queued: 1, active: 0 },
  ],
  canvases: () => [{ state: "live" }, { state: "reconnecting" }],
  telemetry: () => ({ queued: 7, dropped: 8 }),
  canvasEventsDropped: () => 9,
  gpu: () => ({ vram_used_mb: 100, vram_total_mb: 200, gpu_utilization_percent: null }),
  eventLoopLag: () => ({ p50: 0.1, p99: 3, max: 8 }),
};

function setup(databaseFile = import.meta.path) {
  const timers = new FakeTimers();
  const rows: SystemInsert[] = [];
  let told = () => {};
  const sampler = new SystemSampler({
    sources: SOURCES,
    databaseFile,
    record: (entry) => {
      if (entry.table !== "system_metrics") return;
      rows.push(entry.row);
      told();
    },
    timers,
  });
  const recorded = (count: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    told = () => rows.length >= count && resolve();
    told();
    return promise;
  };
  return { timers, rows, sampler, recorded };
}

test("a sample holds every figure, of the service and its runners", async () => {
  const { sampler, rows, recorded } = setup();
  sampler.start();
  await recorded(1);
  expect(rows[0]).toMatchObject({
    uptime_ms: 0,
    runners_rss_bytes: 1500,
    event_loop_lag_p50_ms: 0.1,
    event_loop_lag_p99_ms: 3,
    event_loop_lag_max_ms: 8,
    tasks_running: 2,
    tasks_waiting: 5,
    tasks_overflow: 1,
    inference_queued: 4,
    inference_active: 1,
    canvases_live: 1,
    canvases_total: 2,
    canvas_events_dropped: 9,
    telemetry_queued: 7,
    telemetry_dropped: 8,
    database_bytes: Bun.file(import.meta.path).size,
    vram_used_mb: 100,
    vram_total_mb: 200,
    gpu_utilization_percent: null,
  });
  expect(rows[0]?.service_rss_bytes).toBeGreaterThan(10_000_000);
  expect(rows[0]?.disk_free_bytes).toBeGreaterThan(0);
  expect(JSON.parse(rows[0]?.runners ?? "")[1]).toMatchObject({
    kind: "image",
    state: "loading",
    crashes: 2,
  });
  if (process.platform === "linux") expect(rows[0]?.open_handles).toBeGreaterThan(0);
  await sampler.stop();
});

test("samples come every 30 s, and a last one at the end", async () => {
  const { sampler, rows, recorded, timers } = setup();
  sampler.start();
  for (let n = 1; n <= 3; n += 1) {
    await recorded(n);
    await timers.untilScheduled((delayMs) => delayMs === 30_000);
    timers.advance(30_000);
  }
  await recorded(4);
  await timers.untilScheduled((delayMs) => delayMs === 30_000);
  timers.advance(1000);
  await sampler.stop();
  await sampler.stop();
  expect(rows.map(({ uptime_ms }) => uptime_ms)).toEqual([0, 30_000, 60_000, 90_000, 91_000]);
  expect(timers.pending).toBe(0);
});

test("a folder that cannot be asked costs its figures, not the sample", async () => {
  const { sampler, rows, recorded } = setup("/does/not/exist/data.db");
  sampler.start();
  await recorded(1);
  expect(rows[0]).toMatchObject({ disk_free_bytes: null, database_bytes: null });
  await sampler.stop();
});

test("the event loop's lag shows a thread that was busy, once", async () => {
  const monitor = new EventLoopMonitor();
  monitor.start();
  // Real time is what is measured here: once in 100 ms the monitor looks how late it is.
  const measured = () => new Promise((resolve) => setTimeout(resolve, 150));
  await measured();
  monitor.take();
  const busyUntil = performance.now() + 200;
  while (performance.now() < busyUntil);
  await measured();
  expect(monitor.take().max).toBeGreaterThan(50);
  expect(monitor.take().max).toBe(0);
  monitor.stop();
});
