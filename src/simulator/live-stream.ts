import { cutFrame } from "./faults/cut-frame.ts";
import type { FaultPlan } from "./faults/fault-plan.ts";
import { DEFAULT_FORMAT, type StreamFormat } from "./faults/fault-rule.ts";
import type { JsonObject } from "./json.ts";
import type { StreamSource } from "./stream-source.ts";

export interface LiveStreamContext {
  readonly path: string;
  readonly token: string | undefined;
  readonly plan: FaultPlan;
  readonly keepAliveMs: number;
  readonly onClosed: (stream: LiveStream) => void;
}

interface Piece {
  readonly bytes: Uint8Array;
  /** Pause before this piece, in milliseconds. */
  readonly gapMs: number;
  /** The connection is reset after this piece. */
  readonly thenReset?: boolean;
}

/** A watcher that reads more slowly than this many bytes build up is cut off. */
const MAX_BACKLOG_BYTES = 512 * 1024 * 1024;
const encoder = new TextEncoder();

/**
 * One watcher's endless response: the snapshot as the first line, then one line per turn of the event loop in which
 * something changed, and a blank line now and then.
 */
export class LiveStream {
  readonly path: string;
  readonly token: string | undefined;
  readonly #source: StreamSource;
  readonly #context: LiveStreamContext;
  readonly #changed = new Map<string, JsonObject>();
  readonly #outbox: Piece[] = [];
  #outboxBytes = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #flushTimer: NodeJS.Immediate | undefined;
  #gapTimer: NodeJS.Timeout | undefined;
  #keepAliveTimer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(source: StreamSource, context: LiveStreamContext) {
    this.path = context.path;
    this.token = context.token;
    this.#source = source;
    this.#context = context;
  }

  open(): Response {
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => this.#start(controller),
      cancel: () => {
        this.#finish();
      },
    };
    const body = new ReadableStream<Uint8Array>(source, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
    return new Response(body, { headers: { "content-type": "application/json" } });
  }

  /** Ends the response properly, as a server that shuts down would. */
  end(): void {
    const controller = this.#finish();
    if (controller !== undefined) controller.close();
  }

  /** Breaks the connection. */
  reset(): void {
    // An error without a value makes Bun reset the connection without writing to the terminal.
    this.#finish()?.error(undefined);
  }

  /** Goes on writing after fault rules changed. */
  resume(): void {
    this.#pump();
  }

  #start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    const items = this.#source.snapshot();
    this.#write(this.#source.shape === "collection" ? items : items[0]);
    this.#unsubscribe = this.#source.feed?.subscribe((item) => this.#onChange(item));
    this.#keepAliveTimer = setInterval(() => this.#keepAlive(), this.#context.keepAliveMs);
  }

  #finish(): ReadableStreamDefaultController<Uint8Array> | undefined {
    const controller = this.#controller;
    this.#controller = undefined;
    this.#unsubscribe?.();
    clearImmediate(this.#flushTimer);
    clearTimeout(this.#gapTimer);
    clearInterval(this.#keepAliveTimer);
    this.#outbox.length = 0;
    if (controller !== undefined) this.#context.onClosed(this);
    return controller;
  }

  #onChange(item: JsonObject): void {
    const seen = this.#source.view(item);
    if (seen === undefined) return;
    const key = String(seen.id ?? seen.index ?? seen.widget_type);
    // Deleting first keeps the frame in the order of the last changes.
    this.#changed.delete(key);
    this.#changed.set(key, seen);
    this.#flushTimer ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushTimer = undefined;
    const format = this.#format;
    const items = [...this.#changed.values()].map((item) =>
      format.deletions === "minimal" ? trimDeleted(item) : item,
    );
    this.#changed.clear();
    if (this.#source.shape === "collection" && format.deltas === "array") {
      this.#write(items);
      return;
    }
    for (const item of items) this.#write(item);
  }

  #keepAlive(): void {
    if (this.#context.plan.standing("stream-no-keep-alive", this.path) !== undefined) return;
    this.#send([{ bytes: encoder.encode(this.#lineEnd), gapMs: 0 }]);
  }

  #write(frame: unknown): void {
    const { plan } = this.#context;
    let line = JSON.stringify(frame);
    if (plan.takeStreamFault("stream-garble", this.path) !== undefined)
      line = `<garbled>${line.slice(line.length / 2)}`;
    const bytes = encoder.encode(line + this.#lineEnd);
    if (plan.takeStreamFault("stream-drop", this.path) !== undefined) {
      const [half = bytes] = cutFrame(bytes, Math.ceil(bytes.length / 2));
      this.#send([{ bytes: half, gapMs: 0, thenReset: true }]);
      return;
    }
    const split = plan.takeStreamFault("stream-split", this.path);
    const pieces = split === undefined ? [bytes] : cutFrame(bytes, split.bytes);
    this.#send(pieces.map((piece, i) => ({ bytes: piece, gapMs: i === 0 ? 0 : (split?.gap_ms ?? 0) })));
  }

  #send(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      this.#outbox.push(piece);
      this.#outboxBytes += piece.bytes.length;
    }
    const unread = -(this.#controller?.desiredSize ?? 0);
    if (this.#outboxBytes + unread > MAX_BACKLOG_BYTES) this.reset();
    else this.#pump();
  }

  #pump(): void {
    if (this.#gapTimer !== undefined) return;
    while (this.#controller !== undefined && !this.#stalled) {
      const piece = this.#outbox[0];
      if (piece === undefined) return;
      if (piece.gapMs > 0) {
        this.#outbox[0] = { ...piece, gapMs: 0 };
        this.#gapTimer = setTimeout(() => {
          this.#gapTimer = undefined;
          this.#pump();
        }, piece.gapMs);
        return;
      }
      this.#outbox.shift();
      this.#outboxBytes -= piece.bytes.length;
      this.#controller.enqueue(piece.bytes);
      // The half frame must leave the process before the connection breaks.
      if (piece.thenReset) this.#gapTimer = setTimeout(() => this.reset(), 20);
      if (piece.thenReset) return;
    }
  }

  get #stalled(): boolean {
    return this.#context.plan.standing("stream-stall", this.path) !== undefined;
  }

  get #format(): StreamFormat {
    return this.#context.plan.standing("stream-format", this.path) ?? DEFAULT_FORMAT;
  }

  get #lineEnd(): string {
    return this.#format.line_ending === "crlf" ? "\r\n" : "\n";
  }
}

function trimDeleted(item: JsonObject): JsonObject {
  return item.state === "deleted" ? { id: item.id, state: item.state, widget_type: item.widget_type } : item;
}
