import { AppError } from "../errors/app-error.ts";
import { isRetryable, type RetryPolicy, retryDelay } from "../http/retry.ts";
import type { Logger } from "../observability/logger.ts";
import { sleep } from "../timers.ts";
import type { Widget } from "./widget.ts";

/** How the new widget is made and how one that got through anyway is recognised. */
export interface Creation {
  readonly canvasId: string;
  /** Unique to this creation; it is what a lost widget is found by. */
  readonly mark: string;
  readonly post: () => Promise<Widget>;
  /** All widgets on the canvas that bear the mark. */
  readonly find: () => Promise<Widget[]>;
  readonly remove: (widget: Widget) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

interface Doubt {
  /** The copy that counts; null while none is known. */
  keptId: string | null;
  readonly since: number;
}

/** A busy server may apply a write minutes after our timeout; after this long a twin is somebody's copy, not ours. */
const DOUBT_MS = 10 * 60_000;
const MAX_DOUBTS = 1000;
/** Stands for the kept widget where none is wanted; no widget has this id. */
const NONE = "";
/** A timed-out write is probably still on its way, so it gets several chances to appear before it is repeated. */
const LOOKS_AFTER_TIMEOUT = 3;

/**
 * Creates widgets exactly once although POST has no idempotency key: when the outcome of a POST is unknown (timeout,
 * reset, 5xx), the canvas is searched for the mark before anything is sent again, and twins that turn up later can be
 * told by `isStray`.
 */
export class CreateOnce {
  readonly #policy: RetryPolicy;
  readonly #logger: Logger;
  /** Oldest first, at most MAX_DOUBTS; the oldest is forgotten when it is full. */
  readonly #doubts = new Map<string, Doubt>();
  #forgotten = 0;

  constructor(policy: RetryPolicy, logger: Logger) {
    this.#policy = policy;
    this.#logger = logger;
  }

  /** Creations whose outcome was unknown and that are still remembered, and those dropped for lack of room. */
  get counters(): { readonly doubtful: number; readonly forgotten: number } {
    return { doubtful: this.#doubts.size, forgotten: this.#forgotten };
  }

  /**
   * Something outside this process' knowledge (an earlier run of the service) may have sent a create with this mark:
   * `run` looks before it creates, and widgets other than `keptId` count as strays.
   */
  expectTwins(canvasId: string, mark: string, keptId: string | null): void {
    this.#remember({ canvasId, mark }, keptId);
  }

  /** From now on every widget with this mark counts as a stray. */
  disown(canvasId: string, mark: string): void {
    this.#remember({ canvasId, mark }, NONE);
  }

  /** True for a late twin of a widget we created: it should be deleted. */
  isStray(canvasId: string, widget: Widget): boolean {
    const mark = widget.title;
    if (mark === undefined || mark === "" || this.#doubts.size === 0) return false;
    const doubt = this.#recall(canvasId, mark);
    return doubt?.keptId !== undefined && doubt.keptId !== null && doubt.keptId !== widget.id;
  }

  /** @throws the error of the last POST, or of the search when that was not possible either. */
  async run(creation: Creation): Promise<Widget> {
    // An earlier call with the same mark failed with an unknown outcome: its widget may be there by now.
    const isDoubtful = this.#recall(creation.canvasId, creation.mark) !== undefined;
    const earlier = isDoubtful && (await this.#settle(creation));
    if (earlier) return earlier;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const created = await creation.post();
        if (attempt === 0 && !isDoubtful) return created;
        return (await this.#settle(creation, created.id)) ?? created;
      } catch (error) {
        if (error instanceof AppError && error.code === "CANCELLED") this.#remember(creation, null);
        if (!isRetryable(error)) throw error;
        this.#remember(creation, null);
        const found = await this.#lookFor(creation, error, attempt);
        if (found) return found;
        if (attempt >= this.#policy.maxRetries) throw error;
        this.#logger.warn("repeating a create that left no widget behind", {
          source: "canvus/create-once.ts:run",
          canvas_id: creation.canvasId,
          error_code: error.code,
          attempt: attempt + 1,
        });
      }
    }
  }

  async #lookFor(creation: Creation, error: AppError, attempt: number): Promise<Widget | undefined> {
    const looks = error.code === "CANVUS_TIMEOUT" ? LOOKS_AFTER_TIMEOUT : 1;
    for (let look = 0; look < looks; look += 1) {
      const delayMs = retryDelay(error, attempt + look, this.#policy.retryDelayMs);
      await sleep(this.#policy.timers, delayMs, creation.signal);
      const found = await this.#settle(creation);
      if (found) return found;
    }
    return undefined;
  }

  /** Finds the copy that counts, remembers it and removes its twins. */
  async #settle(creation: Creation, preferredId?: string): Promise<Widget | undefined> {
    const copies = await creation.find();
    const keptId = preferredId ?? this.#recall(creation.canvasId, creation.mark)?.keptId;
    const kept = copies.find((copy) => copy.id === keptId) ?? copies[0];
    if (kept === undefined) {
      if (preferredId !== undefined) this.#remember(creation, preferredId);
      return undefined;
    }
    this.#remember(creation, kept.id);
    for (const twin of copies) {
      if (twin.id === kept.id) continue;
      this.#logger.warn("removing a twin of a widget", {
        source: "canvus/create-once.ts:settle",
        canvas_id: creation.canvasId,
        widget_id: twin.id,
      });
      await creation.remove(twin);
    }
    return kept;
  }

  #remember({ canvasId, mark }: Pick<Creation, "canvasId" | "mark">, keptId: string | null): void {
    const key = keyOf(canvasId, mark);
    this.#doubts.delete(key);
    this.#doubts.set(key, { keptId, since: this.#policy.timers.monotonicNow() });
    for (const oldest of this.#doubts.keys()) {
      if (this.#doubts.size <= MAX_DOUBTS) return;
      this.#doubts.delete(oldest);
      this.#forgotten += 1;
    }
  }

  #recall(canvasId: string, mark: string): Doubt | undefined {
    const key = keyOf(canvasId, mark);
    const doubt = this.#doubts.get(key);
    if (doubt === undefined || this.#policy.timers.monotonicNow() - doubt.since <= DOUBT_MS) return doubt;
    this.#doubts.delete(key);
    return undefined;
  }
}

function keyOf(canvasId: string, mark: string): string {
  return `${canvasId}\n${mark}`;
}
