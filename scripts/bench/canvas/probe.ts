// Loaded into the service by ../canvas.ts, before its own code: watches for how long its main thread is busy without a turn
// of the event loop, and tells whoever asks at a Unix socket. In processor time of that thread, in which waiting for a
// core does not count. On a crowded machine it is longer all the same: caches are cold, more events have come in each turn,
// and the runtime's loop spins (sched_yield, up to 8 ms) while a helper thread that it waits for gets no core.
//
// What took longer than 3 ms there, by a profile of the main thread (perf, 3,000 samples a second, several runs of
// canvas.ts on two crowded cores):
// - The garbage collector's sweeper: 2.5 to 9 ms in one piece, some five times in a run. A timer of the runtime goes
//   through memory after a collection, frees what died and gives pages back; we know of no way to shorten it.
// - Collections, some 50 in a run: steps of marking of 1 to 3 ms, and an end of mostly 1 ms, at worst 4 ms. Together with
//   the half millisecond of work that they interrupt, up to 6.7 ms.
// - One JSON.parse of the first frame: 4 ms, once. By all signs the runtime's table of short strings grows there.
// - Receiving while a first frame of 55 MB comes faster than it is read: 2 ms of fresh memory.
// - Our own work: reading and the picture, below 2 ms; the first answers after a start, whose code is run for the first
//   time, 4 to 6 ms, of which finding a place among 100,000 notes takes 3.5 ms once and 1.5 ms later.
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
