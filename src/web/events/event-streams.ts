import { AppError } from "../../errors/app-error.ts";
import type { Visitor } from "../visitor.ts";

/** Open at once, of everybody. Enough for a wall of screens, and far below what the server answers at once. */
const MAX_STREAMS = 50;
/** Proxies and browsers see that the stream lives. */
const HEARTBEAT_MS = 4000;
/** Events that a slow browser may be behind; further ones are dropped and counted. */
const MAX_BEHIND = 200;

/** Sends one event: a name and what `JSON.stringify` makes of the data. */
export type SendEvent = (name: string, data: unknown) => void;

/** All live streams (server-sent events) of the dashboard. They end with the session, the browser or the service. */
export class EventStreams {
  readonly #open = new Set<() => void>();
  readonly #maxStreams: number;
  #closed = false;

  constructor(maxStreams = MAX_STREAMS) {
    this.#maxStreams = maxStreams;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * @param source begins to send events; returns what ends that
   * @throws AppError WEB_OVERLOADED when too many are open
   */
  open(visitor: Visitor, source: (send: SendEvent) => () => void): Response {
    if (this.#closed || this.#open.size >= this.#maxStreams) {
      throw new AppError("WEB_OVERLOADED", "Too many live views are open.");
    }
    visitor.keepOpen();
    let end = () => {};
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          end = this.#begin(controller, visitor, source);
        },
        cancel: () => end(),
      },
      { highWaterMark: MAX_BEHIND },
    );
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        // nginx would collect the events until its buffer is full.
        "x-accel-buffering": "no",
      },
    });
  }

  /** Ends all of them; none can be opened any more. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#open]) end();
  }

  #begin(
    controller: ReadableStreamDefaultController<Uint8Array>,
    { session }: Visitor,
    source: (send: SendEvent) => () => void,
  ): () => void {
    const encoder = new TextEncoder();
    let dropped = 0;
    const write = (name: string, data: unknown) =>
      controller.enqueue(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
    const send: SendEvent = (name, data) => {
      if ((controller.desiredSize ?? 0) <= 0) {
        dropped += 1;
        return;
      }
      if (dropped > 0) write("dropped", { events: dropped });
      dropped = 0;
      write(name, data);
    };
    send("heartbeat", {});
    const heartbeat = setInterval(() => {
      // Somebody who watches is not idle; a closed page has no stream.
      session?.renew();
      send("heartbeat", {});
    }, HEARTBEAT_MS);
    const stopSource = source(send);
    const end = () => {
      if (!this.#open.delete(end)) return;
      clearInterval(heartbeat);
      session?.ended.removeEventListener("abort", end);
      stopSource();
      try {
        controller.close();
      } catch {
        // The browser has closed it already.
      }
    };
    this.#open.add(end);
    session?.ended.addEventListener("abort", end, { once: true });
    if (session?.ended.aborted) end();
    return end;
  }
}
