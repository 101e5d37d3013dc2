import { systemTimers } from "../../timers.ts";
import { GpuMonitor, type GpuProbe } from "../gpu-monitor.ts";
import { GpuThread } from "../gpu-thread.ts";
import { RecordingLogger } from "./recording-logger.ts";

/*
 * A process of its own for gpu-thread.test.ts: it reads GPUs through the thread as the service does, and prints how
 * often its main thread went round meanwhile. Which driver it finds is decided by LD_LIBRARY_PATH.
 */
let turns = 0;
const turn = () => {
  turns += 1;
  setImmediate(turn);
};
turn();

const thread = new GpuThread(new URL("../gpu-worker.ts", import.meta.url));
const turnsWhileReading: number[] = [];
const probe: GpuProbe = {
  read: async (source) => {
    const before = turns;
    const result = await thread.read(source);
    turnsWhileReading.push(turns - before);
    return result;
  },
  close: () => thread.close(),
};
const monitor = new GpuMonitor({ probe, timers: systemTimers, logger: new RecordingLogger() });
monitor.start();
const begun = performance.now();
while (monitor.status().readings < 5 && performance.now() - begun < 20_000) {
  await new Promise((done) => setTimeout(done, 5));
  await monitor.sample();
}
const { state, readings } = monitor.status();
const fewestTurns = Math.min(...turnsWhileReading);
process.stdout.write(JSON.stringify({ state, readings, fewestTurns, gpus: monitor.latest() }));
await monitor.stop();
process.exit(0);
