// Loaded into the service by probed-service.ts, before its own code: watches for how long its main thread is busy
// without a turn of the event loop, and tells whoever asks at a Unix socket. In processor time of that thread, which
// other programs on the machine do not change.
import { dlopen } from "bun:ffi";

const TICK_MS = 1;
/** Of clock_gettime. What Node's API calls thread time is counted in ticks of 4 ms. */
const CLOCK_THREAD_CPUTIME_ID = 3;

export interface ProbeReading {
  /** Longest stretch of work between two turns, in ms of processor time, and of time on the clock. */
  readonly longestMs: number;
  readonly longestWallMs: number;
  /** All of that work, in ms of processor time. */
  readonly workMs: number;
  readonly passedMs: number;
}

const socket = process.env.BENCH_PROBE_SOCKET;
if (Bun.isMainThread && socket !== undefined && process.argv.includes("run")) watch(socket);

/** @returns what tells the processor time of this thread in ms */
function threadClock(): () => number {
  const { symbols } = dlopen("libc.so.6", { clock_gettime: { args: ["i32", "ptr"], returns: "i32" } });
  const time = new BigInt64Array(2);
  return () => {
    symbols.clock_gettime(CLOCK_THREAD_CPUTIME_ID, time);
    return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
  };
}

function watch(unix: string): void {
  const cpuMs = threadClock();
  const fresh = () => ({ longestMs: 0, longestWallMs: 0, workMs: 0, begunAt: performance.now() });
  let reading = fresh();
  let last = { cpu: cpuMs(), at: performance.now() };
  setInterval(() => {
    const now = { cpu: cpuMs(), at: performance.now() };
    const workMs = now.cpu - last.cpu;
    reading.workMs += workMs;
    reading.longestMs = Math.max(reading.longestMs, workMs);
    reading.longestWallMs = Math.max(reading.longestWallMs, now.at - last.at - TICK_MS);
    last = now;
  }, TICK_MS).unref();
  const server = Bun.serve({
    unix,
    fetch: () => {
      const { begunAt, ...figures } = reading;
      reading = fresh();
      return Response.json({ ...figures, passedMs: performance.now() - begunAt } satisfies ProbeReading);
    },
  });
  server.unref();
}
