import type { Widget } from "../canvus/widget.ts";
import { detectTrigger } from "../triggers/detect-trigger.ts";
import { removeBraces } from "../triggers/note-prompt.ts";
import { hasStatus, withoutStatus, withStatus } from "../triggers/our-marks.ts";
import { contentHash } from "../triggers/trigger.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { CoalescingWriter } from "./coalescing-writer.ts";
import type { Task } from "./task.ts";
import { changed, isGone, type TriggerHandle, type TriggerOptions } from "./trigger-handle.ts";

const WRITE_INTERVAL_MS = 500;

/**
 * The note that asked. Each write starts from the text as it is now on the server, so that what people typed
 * meanwhile is kept.
 */
export class TriggerNote implements TriggerHandle {
  readonly showsProgress = true;
  readonly #task: Task;
  readonly #board: CanvasBoard;
  readonly #signal: AbortSignal;
  readonly #status: CoalescingWriter<string>;

  constructor(options: TriggerOptions) {
    this.#task = options.task;
    this.#board = options.board;
    this.#signal = options.signal;
    this.#status = new CoalescingWriter({
      write: (status: string) => this.#writeStatus(status),
      intervalMs: WRITE_INTERVAL_MS,
      timers: options.timers,
      // A status line is a courtesy: the next one replaces it, and the last write of the task takes it away.
      onError: () => undefined,
    });
  }

  /**
   * Takes the question: braces away, status line there, in one write. The braces of another question that people have
   * added since then stay.
   */
  claim(status: string): Promise<Widget> {
    return this.#rewrite((text, note) => {
      if (this.#asks(note)) return withStatus(removeBraces(text), status);
      if (this.#isClaimed(text, note)) return withStatus(text, status);
      throw changed("note");
    });
  }

  progress(status: string): void {
    this.#status.push(status);
  }

  /** Takes the status line away. */
  async release(): Promise<void> {
    await this.#status.stop();
    try {
      await this.#board.rewrite(this.#task.widgetId, withoutStatus);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  stop(): Promise<void> {
    return this.#status.stop();
  }

  async #writeStatus(status: string): Promise<void> {
    await this.#rewrite((text) => (hasStatus(text) ? withStatus(text, status) : null));
  }

  async #rewrite(change: (text: string, note: Widget) => string | null): Promise<Widget> {
    try {
      return await this.#board.rewrite(this.#task.widgetId, change, this.#signal);
    } catch (error) {
      if (isGone(error)) throw changed("note");
      throw error;
    }
  }

  #asks(note: Widget): boolean {
    const trigger = detectTrigger(note, this.#board.lookup);
    return trigger !== null && contentHash(trigger) === this.#task.contentHash;
  }

  /**
   * The claim may have been written although nobody knows: its reply got lost, or the service crashed before the
   * journal had it. Then our status line is there, and the question stands without braces, at most followed by a new
   * one. (A note that waited for room has a status line and still its braces.)
   */
  #isClaimed(text: string, note: Widget): boolean {
    if (this.#task.stage !== "queued") return true;
    if (!hasStatus(text)) return false;
    const [beforeBraces = ""] = text.split("{{");
    return detectTrigger(note, this.#board.lookup) === null || beforeBraces.includes(this.#task.prompt);
  }
}
