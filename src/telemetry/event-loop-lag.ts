import { monitorEventLoopDelay } from "node:perf_hooks";

/** How often the delay is measured, in ms. At 20 it was most of what an idle service took of the processor. */
const RESOLUTION_MS = 100;
const NS_PER_MS = 1_000_000;

/** In ms. */
export interface EventLoopLag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Measures how long events wait for the main thread. */
export class EventLoopMonitor {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** Since the last time it was asked. */
  take(): EventLoopLag {
    const at = (percentile: number) => this.#histogram.percentile(percentile) / NS_PER_MS;
    const lag = { p50: at(50), p99: at(99), max: this.#histogram.max / NS_PER_MS };
    this.#histogram.reset();
    return lag;
  }
}
