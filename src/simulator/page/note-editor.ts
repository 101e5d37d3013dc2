import type { Widget } from "../../canvus/widget.ts";
import type { NoteView } from "./note-view.ts";
import { element } from "./widget-view.ts";
import type { WidgetWriter } from "./widget-writer.ts";

/** Own texts that may still echo back through the stream. */
const ECHOES_KEPT = 100;

export const OPEN_QUESTION = "{{";

/** Edits one note in place; every change goes to the server while it is typed, as Canvus clients do. */
export class NoteEditor {
  readonly id: string;
  readonly #view: NoteView;
  readonly #writer: WidgetWriter;
  readonly #onClose: (text: string) => void;
  readonly #area = element("textarea", "note-area");
  readonly #sent: string[] = [];
  #widget: Widget;
  /** A question that was opened for people: its braces are closed when they are done, not while they think. */
  readonly #isQuestion: boolean;
  #open = true;

  constructor(widget: Widget, view: NoteView, writer: WidgetWriter, onClose: (text: string) => void) {
    this.id = widget.id;
    this.#isQuestion = widget.text === OPEN_QUESTION;
    this.#widget = widget;
    this.#view = view;
    this.#writer = writer;
    this.#onClose = onClose;
    this.#area.value = widget.text ?? "";
    this.#area.setAttribute("aria-label", "Note text. Put a question in double curly braces. Escape ends.");
    this.#area.placeholder = "Write a note, or {{a question}}";
    this.#area.spellcheck = false;
    this.#area.style.fontSize = view.fontSize;
    this.#area.addEventListener("input", () => this.#onInput());
    this.#area.addEventListener("blur", () => this.close());
    this.#area.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
    view.root.classList.add("is-editing");
    view.card.append(this.#area);
    this.#area.focus({ preventScroll: true });
    this.#area.setSelectionRange(this.#area.value.length, this.#area.value.length);
  }

  /** Takes over what others wrote into the note, unless it is an echo of what was typed here. */
  onRemote(widget: Widget): void {
    const text = widget.text ?? "";
    this.#widget = widget;
    if (this.#writer.busy || text === this.#area.value || this.#sent.includes(text)) return;
    const caret = this.#area.selectionStart;
    this.#area.value = text;
    this.#area.setSelectionRange(caret, caret);
    this.#area.style.fontSize = this.#view.fontSize;
    this.#sent.length = 0;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#view.root.classList.remove("is-editing");
    const hadFocus = document.activeElement === this.#area;
    this.#area.remove();
    if (this.#isQuestion) this.#finishQuestion();
    if (hadFocus) this.#view.root.focus({ preventScroll: true });
    this.#onClose(this.#area.value);
  }

  #finishQuestion(): void {
    const text = this.#area.value;
    if (text.trim() === OPEN_QUESTION) this.#area.value = "";
    else if (text.startsWith(OPEN_QUESTION) && !text.includes("}}")) this.#area.value = `${text}}}`;
    if (this.#area.value !== text) this.#onInput();
  }

  #onInput(): void {
    this.#sent.push(this.#area.value);
    if (this.#sent.length > ECHOES_KEPT) this.#sent.shift();
    this.#view.update({ ...this.#widget, text: this.#area.value });
    this.#area.style.fontSize = this.#view.fontSize;
    this.#writer.write({ text: this.#area.value });
  }
}
