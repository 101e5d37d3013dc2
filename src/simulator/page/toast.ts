import { element } from "./widget-view.ts";

const SHOWN_MS = 6000;

/** One short message at a time, with at most one thing to do about it. */
export class Toast {
  readonly #root: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  show(message: string, action?: { readonly label: string; readonly run: () => void }): void {
    clearTimeout(this.#timer);
    const text = element("span");
    text.textContent = message;
    this.#root.replaceChildren(text);
    if (action !== undefined) {
      const button = element("button");
      button.type = "button";
      button.textContent = action.label;
      button.addEventListener("click", () => {
        this.hide();
        action.run();
      });
      this.#root.append(button);
    }
    this.#root.hidden = false;
    this.#timer = setTimeout(() => this.hide(), SHOWN_MS);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#root.hidden = true;
  }
}
