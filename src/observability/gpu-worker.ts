import { GpuReader } from "./gpu-reader.ts";
import type { GpuSource } from "./gpu-snapshot.ts";

// Calls of the driver block for as long as they like here: waking up a GPU takes seconds, a broken driver hangs.
declare const self: Worker;

const reader = new GpuReader();

self.onmessage = async (event: MessageEvent<GpuSource>) => {
  self.postMessage(await reader.read(event.data));
};
