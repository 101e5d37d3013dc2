import { type AppError, toAppError } from "../errors/app-error.ts";
import { backoffDelay } from "../http/retry.ts";
import type { Logger } from "../observability/logger.ts";
import { sleep, type Timers } from "../timers.ts";
import type { CanvasState } from "./canvas-state.ts";
import { CanvasWatcher, type ChangeOrigin, type WatcherState } from "./canvas-watcher.ts";
import type { CanvusClient } from "./client.ts";
import { type ResolvedCanvas, resolveCanvas } from "./resolve-canvas.ts";
import type { WidgetChange } from "./widget.ts";

/** First wait before a canvas that could not be resolved is looked up again, in ms; it grows to 30 s. */
const LOOK_UP_AGAIN_MS = 1000;
/** For what only a person can mend: a canvas that is not there, a missing permission. */
const SLOW_LOOK_UP_MS = 60_000;

export interface CanvasGroupOptions {
  readonly client: CanvusClient;
  /** Ids, share links or unique names. */
  readonly references: readonly string[];
  readonly idleTimeoutMs: number;
  readonly timers: Timers;
  readonly logger: Logger;
  /** A canvas was found; its stream begins when this has resolved. */
  readonly onCanvas: (canvas: ResolvedCanvas, state: CanvasState) => Promise<void>;
  readonly onChanges: (canvasId: string, changes: WidgetChange[], origin: ChangeOrigin) => void;
  readonly onAvailable: (canvasId: string, available: boolean) => void;
}

export interface CanvasStatus {
  /** As it stands in the settings until it is resolved, then the canvas's name. */
  readonly name: string;
  readonly canvasId: string | null;
  readonly state: WatcherState | "resolving";
  readonly lastEventAt: number | null;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

interface Member {
  readonly reference: string;
  watcher: CanvasWatcher | null;
  error: AppError | null;
  /** Another reference of the settings means the same canvas. */
  isRepetition: boolean;
}

/** All canvases of the settings: finds each one, watches it, and says how each of them is. */
export class CanvasGroup {
  readonly #options: CanvasGroupOptions;
  readonly #members: readonly Member[];
  readonly #stopping = new AbortController();
  readonly #lookups: Promise<void>[] = [];

  constructor(options: CanvasGroupOptions) {
    this.#options = options;
    this.#members = options.references.map((reference) => ({
      reference,
      watcher: null,
      error: null,
      isRepetition: false,
    }));
  }

  /**
   * Looks up every canvas once. A server that does not answer is no error: the look-up goes on in the background.
   *
   * @throws AppError when the server refuses the credentials, or when none of the canvases can ever be watched.
   */
  async start(): Promise<void> {
    await Promise.all(this.#members.map((member) => this.#lookUp(member)));
    const errors = this.#members.flatMap((member) => member.error ?? []);
    const refused = errors.find((error) => error.code === "CANVUS_UNAUTHORIZED");
    const hopeless = errors.length === this.#members.length && errors.every((error) => !error.retryable);
    const fatal = refused ?? (hopeless ? errors[0] : undefined);
    if (fatal) throw fatal;
    for (const member of this.#members) if (member.error) this.#lookups.push(this.#keepLooking(member));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#lookups, ...this.#members.map((member) => member.watcher?.stop())]);
  }

  status(): CanvasStatus[] {
    const members = this.#members.filter((member) => !member.isRepetition);
    return members.map(({ reference, watcher, error }) => {
      if (watcher) return watcher.status();
      const why = error && { error: { code: error.code, message: error.message, hint: error.hint } };
      return { name: reference, canvasId: null, state: "resolving", lastEventAt: null, ...why };
    });
  }

  async #lookUp(member: Member): Promise<void> {
    try {
      const canvas = await resolveCanvas(this.#options.client, member.reference, this.#stopping.signal);
      member.error = null;
      await this.#watch(member, canvas);
    } catch (thrown) {
      member.error = toAppError(thrown);
    }
  }

  async #keepLooking(member: Member): Promise<void> {
    const { logger, timers } = this.#options;
    for (let attempt = 0; member.error && !this.#stopping.signal.aborted; attempt += 1) {
      const delayMs = member.error.retryable ? backoffDelay(attempt, LOOK_UP_AGAIN_MS) : SLOW_LOOK_UP_MS;
      // Said at once and then each time the wait has doubled, not every 30 s for a whole night.
      const level = Number.isInteger(Math.log2(attempt + 1)) ? "warn" : "debug";
      logger[level](`canvas "${member.reference}" cannot be watched yet: ${member.error.message}`, {
        source: "canvus/canvas-group.ts:keepLooking",
        error: member.error,
        delay_ms: Math.round(delayMs),
      });
      await sleep(timers, delayMs, this.#stopping.signal).catch(() => undefined);
      if (!this.#stopping.signal.aborted) await this.#lookUp(member);
    }
  }

  async #watch(member: Member, canvas: ResolvedCanvas): Promise<void> {
    const { client, idleTimeoutMs, timers, logger, onCanvas, onChanges, onAvailable } = this.#options;
    member.isRepetition = this.#members.some((other) => other.watcher?.status().canvasId === canvas.id);
    if (member.isRepetition) return;
    const watcher = new CanvasWatcher({
      client,
      canvasId: canvas.id,
      name: canvas.name,
      idleTimeoutMs,
      timers,
      logger,
      onChanges: (changes, origin) => onChanges(canvas.id, changes, origin),
      onStateChange: ({ state }) => {
        if (state === "live")
          logger.info(`watching canvas "${canvas.name}"`, {
            source: "canvus/canvas-group.ts:watch",
            canvas_id: canvas.id,
          });
        onAvailable(canvas.id, state === "live");
      },
    });
    member.watcher = watcher;
    await onCanvas(canvas, watcher.widgets);
    watcher.start();
  }
}
