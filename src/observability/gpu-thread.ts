import type { GpuProbe } from "./gpu-monitor.ts";
import type { GpuResult, GpuSource } from "./gpu-snapshot.ts";

/** The main thread's end of gpu-worker.ts. The thread exists while there is something to read. */
export class GpuThread implements GpuProbe {
  readonly #workerUrl: URL;
  #worker: Worker | null = null;
  #settle: (result: GpuResult) => void = () => {};

  /** @param workerUrl of gpu-worker.ts: only a module at the top of src has the same path to it when compiled */
  constructor(workerUrl: URL) {
    this.#workerUrl = workerUrl;
  }

  read(source: GpuSource): Promise<GpuResult> {
    const { promise, resolve } = Promise.withResolvers<GpuResult>();
    this.#settle = resolve;
    this.#worker ??= this.#begin();
    this.#worker.postMessage(source);
    return promise;
  }

  /** A call that hangs in the driver goes on hanging in its thread; ending the process does not wait for it. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #begin(): Worker {
    const worker = new Worker(this.#workerUrl);
    worker.onmessage = (event: MessageEvent<GpuResult>) => this.#settle(event.data);
    worker.onerror = (event) => {
      this.close();
      this.#settle({ failure: { kind: "failed", message: `Reading GPUs failed: ${event.message}` } });
    };
    return worker;
  }
}
