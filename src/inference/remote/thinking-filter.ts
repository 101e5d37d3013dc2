const OPEN = "<think>";
const CLOSE = "</think>";

/**
 * Leaves out what a model thinks before it answers, where the server hands it on as part of the answer: a first
 * `<think>…</think>`. Whatever comes later is the answer.
 */
export class ThinkingFilter {
  /** null: the answer has begun. */
  #held: string | null = "";

  /** @returns what of the text so far belongs to the answer and was not handed out before */
  push(piece: string): string {
    if (this.#held === null) return piece;
    this.#held += piece;
    const begun = this.#held.trimStart();
    if (OPEN.startsWith(begun.slice(0, OPEN.length)) && begun.length < OPEN.length) return "";
    if (!begun.startsWith(OPEN)) return this.#release(this.#held);
    const end = begun.indexOf(CLOSE);
    if (end === -1) return "";
    const answer = begun.slice(end + CLOSE.length).trimStart();
    // The blank lines after the thinking may come in pieces of their own.
    if (answer === "") return "";
    return this.#release(answer);
  }

  /** @returns what was held back in the hope of more */
  end(): string {
    const begun = this.#held?.trimStart() ?? "";
    return begun.startsWith(OPEN) ? "" : this.#release(this.#held ?? "");
  }

  #release(text: string): string {
    this.#held = null;
    return text;
  }
}
