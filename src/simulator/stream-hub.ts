import type { FaultPlan } from "./faults/fault-plan.ts";
import { HttpFailure } from "./http-failure.ts";
import { LiveStream } from "./live-stream.ts";
import type { StreamSource } from "./stream-source.ts";

/** More watchers at once are refused with 503. */
const MAX_STREAMS = 500;

/** All open streams. */
export class StreamHub {
  readonly #streams = new Set<LiveStream>();
  readonly #plan: FaultPlan;
  readonly #keepAliveMs: number;

  constructor(plan: FaultPlan, keepAliveMs: number) {
    this.#plan = plan;
    this.#keepAliveMs = keepAliveMs;
    plan.onChange(() => {
      for (const stream of this.#streams) stream.resume();
    });
  }

  /** @throws HttpFailure 503 when there are too many */
  open(source: StreamSource, path: string, token: string | undefined): Response {
    if (this.#streams.size >= MAX_STREAMS) throw new HttpFailure(503, "Too many streams");
    const stream = new LiveStream(source, {
      path,
      token,
      plan: this.#plan,
      keepAliveMs: this.#keepAliveMs,
      onClosed: (closed) => this.#streams.delete(closed),
    });
    this.#streams.add(stream);
    return stream.open();
  }

  /** Ends or resets the streams that match; returns how many there were. */
  drop(how: "end" | "reset", matches: (stream: LiveStream) => boolean): number {
    const dropped = [...this.#streams].filter(matches);
    for (const stream of dropped) stream[how]();
    return dropped.length;
  }

  get paths(): readonly string[] {
    return [...this.#streams].map((stream) => stream.path);
  }
}
