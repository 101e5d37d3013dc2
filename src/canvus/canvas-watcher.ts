import { AppError, toAppError } from "../errors/app-error.ts";
import { backoffDelay } from "../http/retry.ts";
import type { Logger } from "../observability/logger.ts";
import { TimeSlice } from "../time-slice.ts";
import { sleep, systemTimers, type Timers } from "../timers.ts";
import { CanvasState } from "./canvas-state.ts";
import type { Frame } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { Watchdog } from "./watchdog.ts";
import type { Widget, WidgetChange } from "./widget.ts";

/** Wait before the first reconnect; it doubles up to 30 s and starts anew after a good frame. */
const RECONNECT_MS = 1000;
/** For trouble only a person can end (no permission, canvas gone, certificate): look again, but rarely. */
const SLOW_RETRY_MS = 60_000;
/** So much of the stream is read without a look at the clock: less than a millisecond of work. */
const PIECE_BYTES = 16 * 1024;

export type WatcherState = "connecting" | "live" | "reconnecting" | "failed" | "stopped";
/** `first-sight` is what was there when the canvas was seen for the first time. */
export type ChangeOrigin = "first-sight" | "snapshot" | "event";

export interface WatcherStatus {
  readonly canvasId: string;
  readonly name: string;
  readonly state: WatcherState;
  /** When this state began, ms since the epoch. */
  readonly since: number;
  /** When the last frame came, ms since the epoch; null before the first. */
  readonly lastEventAt: number | null;
  /** What the stream last failed with; absent while it is live. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  /** Widgets on the canvas as far as known. */
  readonly widgets: number;
  readonly reconnects: number;
}

/** What a watcher needs of the client. */
interface WatchedServer {
  openWidgetStream(canvasId: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  deleteWidget(canvasId: string, widget: Widget): Promise<void>;
  isStrayCopy(canvasId: string, widget: Widget): boolean;
}

export interface CanvasWatcherOptions {
  readonly client: WatchedServer;
  readonly canvasId: string;
  readonly name: string;
  /** Silence (not even a keep-alive) after which the connection counts as dead, in ms; servers send one each 15 s. */
  readonly idleTimeoutMs: number;
  /**
   * Gets each frame's changes in order, those of a large one in several batches; all of them are in the picture by
   * then. What it throws is logged and does not disturb the stream.
   */
  readonly onChanges: (changes: WidgetChange[], origin: ChangeOrigin) => void;
  readonly onStateChange?: (status: WatcherStatus) => void;
  readonly timers?: Timers;
  readonly logger: Logger;
}

/**
 * Keeps the picture of one canvas live over one streaming subscription.
 *
 * | state        | means                                                             | leaves it by              |
 * |--------------|-------------------------------------------------------------------|---------------------------|
 * | stopped      | not started, or stopped                                           | start()                   |
 * | connecting   | first connection is being made                                    | snapshot, error, stop()   |
 * | live         | the snapshot came and the connection is not silent                | end, silence, bad frame   |
 * | reconnecting | connection lost or refused (`error` says why), tries again        | snapshot, 401, stop()     |
 * | failed       | the server does not accept the credentials: nobody tries any more | start(), stop()           |
 */
export class CanvasWatcher {
  readonly widgets = new CanvasState();
  readonly #options: CanvasWatcherOptions;
  readonly #timers: Timers;
  readonly #logger: Logger;
  #state: WatcherState = "stopped";
  #since: number;
  #lastEventAt: number | null = null;
  #error: AppError | undefined;
  #reconnects = 0;
  #failures = 0;
  #hasSnapshot = false;
  #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: CanvasWatcherOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#logger = options.logger.child({ canvas_id: options.canvasId });
    this.#since = this.#timers.now();
  }

  /** Does nothing while it runs; after `failed` or `stopped` it begins anew. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#stopping = new AbortController();
    this.#failures = 0;
    this.#enter("connecting");
    this.#running = this.#run(this.#stopping.signal).finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends the subscription; resolves when nothing of it is left. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    if (this.#state !== "stopped") this.#enter("stopped");
  }

  status(): WatcherStatus {
    const error = this.#error;
    return {
      canvasId: this.#options.canvasId,
      name: this.#options.name,
      state: this.#state,
      since: this.#since,
      lastEventAt: this.#lastEventAt,
      ...(error === undefined
        ? {}
        : { error: { code: error.code, message: error.message, hint: error.hint } }),
      widgets: this.widgets.size,
      reconnects: this.#reconnects,
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#follow(signal);
      if (signal.aborted) return;
      this.#error = error;
      if (error.code === "CANVUS_UNAUTHORIZED") {
        this.#logger.error("the widget stream is given up", {
          source: "canvus/canvas-watcher.ts:run",
          error,
        });
        this.#enter("failed");
        return;
      }
      const delayMs = error.retryable ? backoffDelay(this.#failures, RECONNECT_MS) : SLOW_RETRY_MS;
      this.#failures += 1;
      this.#reconnects += 1;
      this.#logger.warn("the widget stream is reconnected", {
        source: "canvus/canvas-watcher.ts:run",
        error,
        delay_ms: Math.round(delayMs),
      });
      this.#enter("reconnecting");
      await sleep(this.#timers, delayMs, signal).catch(() => undefined);
    }
  }

  /** One connection, from its opening to its end; returns why it ended. */
  async #follow(stop: AbortSignal): Promise<AppError> {
    const connection = new AbortController();
    const onStop = () => connection.abort();
    stop.addEventListener("abort", onStop, { once: true });
    const watchdog = new Watchdog(this.#timers, this.#options.idleTimeoutMs, () => connection.abort());
    try {
      const stream = await this.#options.client.openWidgetStream(this.#options.canvasId, connection.signal);
      watchdog.start();
      await this.#read(stream, watchdog, connection.signal);
      return new AppError("CANVUS_UNREACHABLE", "The Canvus server ended the widget stream.");
    } catch (thrown) {
      return watchdog.expired ? silent(this.#options.idleTimeoutMs) : streamError(thrown);
    } finally {
      watchdog.stop();
      connection.abort();
      stop.removeEventListener("abort", onStop);
    }
  }

  async #read(stream: ReadableStream<Uint8Array>, watchdog: Watchdog, signal: AbortSignal): Promise<void> {
    const frames = new FrameReader();
    const slice = new TimeSlice();
    let first = true;
    const reader = stream.getReader();
    const cancel = () => void reader.cancel().catch(() => undefined);
    signal.addEventListener("abort", cancel, { once: true });
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      watchdog.start();
      for (let at = 0; at < value.length; at += PIECE_BYTES) {
        for (const frame of frames.push(value.subarray(at, at + PIECE_BYTES))) {
          await this.#take(frame, first, slice);
          first = false;
        }
        await slice.restIfOver();
        signal.throwIfAborted();
      }
    }
    signal.throwIfAborted();
  }

  /** Not to be left in the middle: what is in the picture but was handed on to nobody would never be. */
  async #take(frame: Frame, first: boolean, slice: TimeSlice): Promise<void> {
    // Only a list can be the whole canvas: taking a lone object for it would delete everything else.
    const isSnapshot = first && frame.isList;
    const batches: WidgetChange[][] = [];
    for (const batch of isSnapshot ? this.widgets.applySnapshot(frame) : this.widgets.applyEvent(frame)) {
      if (batch.length > 0) batches.push(batch);
      await slice.restIfOver();
    }
    const origin = !isSnapshot ? "event" : this.#hasSnapshot ? "snapshot" : "first-sight";
    this.#hasSnapshot ||= isSnapshot;
    this.#lastEventAt = this.#timers.now();
    this.#failures = 0;
    this.#error = undefined;
    if (this.#state !== "live") this.#enter("live");
    for (const batch of batches) {
      this.#removeStrays(batch);
      this.#deliver(batch, origin);
      await slice.restIfOver();
    }
  }

  #deliver(changes: WidgetChange[], origin: ChangeOrigin): void {
    const report = (error: unknown) =>
      this.#logger.error("a change of the canvas was not handled", {
        source: "canvus/canvas-watcher.ts:deliver",
        error,
      });
    try {
      // A handler declared async is still accepted as one that returns nothing; its rejection ends here, too.
      Promise.resolve(this.#options.onChanges(changes, origin)).catch(report);
    } catch (error) {
      report(error);
    }
  }

  #removeStrays(changes: readonly WidgetChange[]): void {
    const { client, canvasId } = this.#options;
    for (const { kind, widget } of changes) {
      if (kind !== "added" || !client.isStrayCopy(canvasId, widget)) continue;
      this.#logger.warn("removing a late twin of a widget", {
        source: "canvus/canvas-watcher.ts:removeStrays",
        widget_id: widget.id,
      });
      client.deleteWidget(canvasId, widget).catch((error: unknown) => {
        this.#logger.warn("a late twin of a widget stays", {
          source: "canvus/canvas-watcher.ts:removeStrays",
          widget_id: widget.id,
          error,
        });
      });
    }
  }

  #enter(state: WatcherState): void {
    this.#state = state;
    this.#since = this.#timers.now();
    try {
      this.#options.onStateChange?.(this.status());
    } catch (error) {
      this.#logger.error("a change of the stream's state was not handled", {
        source: "canvus/canvas-watcher.ts:enter",
        error,
      });
    }
  }
}

function silent(idleTimeoutMs: number): AppError {
  return new AppError("CANVUS_TIMEOUT", `The widget stream was silent for ${idleTimeoutMs / 1000} s.`);
}

/** Below HTTP a cut connection is no AppError: the stream simply breaks. */
function streamError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const error = toAppError(thrown);
  return new AppError("CANVUS_UNREACHABLE", "The connection of the widget stream broke.", { cause: error });
}
