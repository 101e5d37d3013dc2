import { setImmediate } from "node:timers/promises";

/**
 * The main thread promises to do nothing for longer than 5 ms. One turn of the event loop may hold two slices, and their
 * last steps and a step of the garbage collector, which takes up to 4 ms, come on top.
 */
const SLICE_MS = 0.5;

/** Cuts long work into slices, between which everything else that waits for the event loop has its turn. */
export class TimeSlice {
  #endsAt = performance.now() + SLICE_MS;

  /** To be awaited after each small step of the work; it rests when the slice is used up. */
  async restIfOver(): Promise<void> {
    if (performance.now() < this.#endsAt) return;
    await setImmediate();
    this.#endsAt = performance.now() + SLICE_MS;
  }
}
