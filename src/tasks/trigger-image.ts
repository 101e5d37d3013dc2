import type { Widget } from "../canvus/widget.ts";
import { detectTrigger } from "../triggers/detect-trigger.ts";
import { readImageTitle, withFailure, withWorking } from "../triggers/image-title.ts";
import { placeOf } from "../triggers/image-trigger.ts";
import { contentHash } from "../triggers/trigger.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import type { Task } from "./task.ts";
import { changed, isGone, type TriggerHandle, type TriggerOptions } from "./trigger-handle.ts";

/**
 * The icon or snapshot that asked. How far we are stands in its title, so that also after a crash nobody takes it
 * twice; one that was answered is taken away, one that failed can be moved to try again.
 */
export class TriggerImage implements TriggerHandle {
  readonly showsProgress = false;
  readonly #task: Task;
  readonly #board: CanvasBoard;
  readonly #signal: AbortSignal;

  constructor({ task, board, signal }: TriggerOptions) {
    this.#task = task;
    this.#board = board;
    this.#signal = signal;
  }

  async claim(): Promise<Widget> {
    const image = await this.#fetch();
    if (image === null || !this.#isOurs(image)) throw changed("picture");
    await this.#retitle(image, withWorking(image.title ?? ""));
    return image;
  }

  progress(): void {}

  async release(outcome: "succeeded" | "failed" | "cancelled"): Promise<void> {
    if (outcome === "succeeded") {
      await this.#board.delete({ id: this.#task.widgetId, widget_type: "Image" });
      return;
    }
    const image = await this.#fetch();
    if (image !== null) await this.#retitle(image, withFailure(image.title ?? "", placeOf(image)));
  }

  async stop(): Promise<void> {}

  /** The claim may be there although the journal does not know it: its reply got lost, or a crash came first. */
  #isOurs(image: Widget): boolean {
    if (this.#task.stage !== "queued" || readImageTitle(image.title ?? "").claim.state === "working")
      return true;
    const trigger = detectTrigger(image, this.#board.lookup);
    return trigger !== null && contentHash(trigger) === this.#task.contentHash;
  }

  async #fetch(): Promise<Widget | null> {
    try {
      return await this.#board.fetch(this.#task.widgetId, this.#signal);
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  async #retitle(image: Widget, title: string): Promise<void> {
    if (title !== image.title) await this.#board.patch(image, { title }, this.#signal);
  }
}
