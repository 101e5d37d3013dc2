import type { TestCanvas, TestNote } from "../../src/e2e/test-canvas.ts";
import { QUESTIONS } from "./questions.ts";
import type { Random } from "./random.ts";
import type { Asked } from "./verdict.ts";

const COLUMNS = 7;
const ROWS = 8;
/** Cells are so large that a question and its answer fit; people do not write on top of answers either. */
const CELL = { width: 1300, height: 650 };
const EDGE = 200;
const NOTE = 300;
const GAP = 20;

/** A person who writes questions on one canvas, whether the server is there or not. */
export class Asker {
  readonly asked: Asked[] = [];
  readonly #canvas: TestCanvas;
  readonly #random: Random;
  readonly #cells: { readonly x: number; readonly y: number }[];

  constructor(canvas: TestCanvas, random: Random) {
    this.#canvas = canvas;
    this.#random = random;
    const cells = Array.from({ length: COLUMNS * ROWS }, (_, index) => ({
      x: EDGE + (index % COLUMNS) * CELL.width,
      y: EDGE + Math.floor(index / COLUMNS) * CELL.height,
    }));
    this.#cells = random.shuffled(cells);
  }

  /** Notes beside some of the places where questions will be: answers have to make way for them. */
  async clutter(count: number): Promise<void> {
    for (const { x, y } of this.#cells.slice(-count)) {
      const location = this.#random.chance(0.5)
        ? { x: x + NOTE + GAP, y }
        : { x: x + NOTE + GAP, y: y + NOTE / 2 };
      await this.#canvas.addNote("just a note", { title: `clutter at ${x}/${y}`, location });
    }
  }

  async ask(count: number): Promise<void> {
    for (let number = 1; number <= count; number += 1) {
      await Bun.sleep(this.#random.between(10, 240));
      await this.#askOne(number);
    }
  }

  async #askOne(number: number): Promise<void> {
    const [question, answer] = this.#random.pick(QUESTIONS);
    const text = `{{${question}}}`;
    const firstText = this.#random.chance(0.15) ? text.slice(0, this.#random.between(1, text.length)) : text;
    const regretAfterMs = this.#random.chance(0.08) ? this.#random.between(0, 400) : null;
    const title = `${this.#canvas.id} question ${number}`;
    const asked: Asked = { title, question, answer, confirmed: false, deleted: false };
    this.asked.push(asked);
    const note = await this.#write(title, firstText);
    if (note === null) return;
    if (firstText !== text) await this.#insist(() => this.#canvas.patchNote(note, { text }));
    asked.confirmed = true;
    if (regretAfterMs === null) return;
    await Bun.sleep(regretAfterMs);
    asked.deleted = true;
    await this.#insist(() => this.#canvas.deleteNote(note));
  }

  /** @returns null when the server does not have the note; it is looked for when there was no reply. */
  async #write(title: string, text: string): Promise<string | null> {
    try {
      return (await this.#canvas.addNote(text, { title, location: this.#cells.pop() })).id;
    } catch {
      const notes = await this.#insist(() => this.#canvas.request("GET", "/notes"));
      return (notes as TestNote[]).find((note) => note.title === title)?.id ?? null;
    }
  }

  /** People try again until it works; what is gone is gone. */
  async #insist<T>(action: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (error instanceof Error && error.message.includes(": 404 ")) return undefined;
        await Bun.sleep(50);
      }
    }
  }
}
