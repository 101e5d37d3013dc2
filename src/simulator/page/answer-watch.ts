import type { Widget } from "../../canvus/widget.ts";
import { isAnswer } from "./note-kinds.ts";

/** An answer that did not grow for this long is taken to be finished. */
const SETTLED_MS = 1200;

/** Notices answers: when one appears, and when it stopped growing. */
export class AnswerWatch {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #onFinished: (widget: Widget) => void;

  constructor(onFinished: (widget: Widget) => void) {
    this.#onFinished = onFinished;
  }

  onChanged(widget: Widget): void {
    if (!isAnswer(widget)) return;
    clearTimeout(this.#timers.get(widget.id));
    const timer = setTimeout(() => {
      this.#timers.delete(widget.id);
      this.#onFinished(widget);
    }, SETTLED_MS);
    this.#timers.set(widget.id, timer);
  }

  forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
