import type { Widget } from "../../canvus/widget.ts";
import { onPaper, paperColor, readableOn } from "./color.ts";
import { isAnswer, isAsking } from "./note-kinds.ts";
import { element, type WidgetView } from "./widget-view.ts";

const LARGEST_FONT = 36;
const SMALLEST_FONT = 13;

/** A note: its text is only ever text, as large as fits. */
export class NoteView implements WidgetView {
  readonly root = element("div", "widget note");
  readonly card = element("div", "card");
  readonly #text = element("div", "note-text");
  readonly #label = element("div", "note-label");
  #shown = "";
  #fitted = "";

  constructor() {
    this.card.append(this.#text);
    this.root.append(this.card, this.#label);
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "group");
  }

  get fontSize(): string {
    return this.#text.style.fontSize;
  }

  update(widget: Widget): void {
    const text = widget.text ?? "";
    const answer = isAnswer(widget);
    const background = paperColor(widget.background_color);
    const color = widget.auto_text_color === false ? paperColor(widget.text_color) : readableOn(background);
    this.card.style.background = onPaper(background);
    this.card.style.color = color;
    this.root.classList.toggle("is-answer", answer);
    this.root.classList.toggle("is-asking", isAsking(widget));
    this.#label.textContent = answer ? "AI answer" : "";
    this.root.title = widget.title ?? "";
    this.root.setAttribute("aria-label", `${answer ? "AI answer" : "Note"}: ${text === "" ? "empty" : text}`);
    this.#show(text);
    this.#fit(widget, text);
  }

  /** What was appended since the last time fades in, so that an answer is seen being written. */
  #show(text: string): void {
    if (text === this.#shown) return;
    const grown = this.#shown !== "" && text.startsWith(this.#shown);
    if (grown) {
      const fresh = element("span", "fresh");
      fresh.textContent = text.slice(this.#shown.length);
      this.#text.replaceChildren(this.#shown, fresh);
    } else this.#text.textContent = text;
    this.#shown = text;
  }

  #fit(widget: Widget, text: string): void {
    const key = `${widget.size?.width}x${widget.size?.height} ${text}`;
    if (key === this.#fitted || !this.root.isConnected) return;
    this.#fitted = key;
    let [low, high] = [SMALLEST_FONT, LARGEST_FONT];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      this.#text.style.fontSize = `${middle}px`;
      if (this.#text.scrollHeight > this.#text.clientHeight) high = middle - 1;
      else low = middle;
    }
    this.#text.style.fontSize = `${low}px`;
    this.root.classList.toggle("is-scrollable", this.#text.scrollHeight > this.#text.clientHeight);
  }
}
