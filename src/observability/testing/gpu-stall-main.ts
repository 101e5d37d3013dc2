import { GpuMonitor } from "../gpu-monitor.ts";
import { GpuThread } from "../gpu-thread.ts";
import { RecordingLogger } from "./recording-logger.ts";

/*
 * A process of its own for gpu-thread.test.ts: it reads GPUs through the thread as the service does, and prints how
 * long its main thread was ever kept from running meanwhile. Which driver it finds is decided by LD_LIBRARY_PATH.
 */
const monitor = new GpuMonitor({
  probe: new GpuThread(new URL("../gpu-worker.ts", import.meta.url)),
  timers: {
    monotonicNow: () => performance.now(),
    schedule(delayMs, run) {
      const handle = setTimeout(run, delayMs);
      return () => clearTimeout(handle);
    },
  },
  logger: new RecordingLogger(),
});

let longest = 0;
let last = performance.now();
let turns = 0;
const turn = () => {
  const now = performance.now();
  // The first turns are the program's own start.
  if (turns++ > 0) longest = Math.max(longest, now - last);
  last = now;
  setImmediate(turn);
};
turn();
monitor.start();
const begun = performance.now();
while (monitor.status().readings < 5 && performance.now() - begun < 20_000) {
  await new Promise((done) => setTimeout(done, 5));
  await monitor.sample();
}
const { state, readings } = monitor.status();
process.stdout.write(JSON.stringify({ state, readings, longest, gpus: monitor.latest() }));
await monitor.stop();
process.exit(0);
