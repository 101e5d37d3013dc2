import type { Person } from "./person.ts";
import { type Kind, PDF, PROMPTS, type Prompt, RED_CIRCLE } from "./prompts.ts";
import type { Random } from "./random.ts";
import type { Asked } from "./verdict.ts";

const COLUMNS = 7;
const ROWS = 8;
/** Cells are so large that a question and its answer fit; people do not write on top of answers either. */
const CELL = { width: 1300, height: 650 };
const EDGE = 200;
const NOTE = 300;
const GAP = 20;

/** What prompts are put on, and where on it. */
const SUBJECTS = {
  images: { data: RED_CIRCLE, size: { width: 256, height: 256 } },
  pdfs: { data: PDF, size: { width: 300, height: 424 } },
} as const;
const ON_THE_SUBJECT = { x: 10, y: 10 };

/** A person who asks on one canvas in all the ways there are, whether the server is there or not. */
export class Asker {
  readonly asked: Asked[] = [];
  readonly #person: Person;
  readonly #random: Random;
  readonly #weights: Readonly<Partial<Record<Kind, number>>>;
  readonly #cells: { readonly x: number; readonly y: number }[];

  /** @param kinds what is asked */
  constructor(person: Person, random: Random, kinds: readonly Kind[]) {
    this.#person = person;
    this.#random = random;
    this.#weights = Object.fromEntries(kinds.map((kind) => [kind, PROMPTS[kind].weight]));
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
      await this.#person.write("just a note", { title: `clutter at ${x}/${y}`, location });
    }
  }

  async ask(count: number): Promise<void> {
    for (let number = 1; number <= count; number += 1) {
      await Bun.sleep(this.#random.between(10, 240));
      await this.#askOne(this.#random.weighted(this.#weights), number);
    }
  }

  async #askOne(kind: Kind, number: number): Promise<void> {
    const prompt: Prompt = PROMPTS[kind];
    const [question, answer] = this.#random.pick(prompt.questions ?? [["", prompt.picture?.answer ?? null]]);
    const asked: Asked = {
      kind,
      title: `${this.#person.canvas.id} question ${number}`,
      question,
      answer,
      error: prompt.error ?? null,
      excuses: prompt.excuses ?? [],
      confirmed: false,
      deleted: false,
    };
    const regretAfterMs = this.#random.chance(0.08) ? this.#random.between(0, 400) : null;
    const place = await this.#place(prompt.on, asked.title);
    this.asked.push(asked);
    const id = prompt.picture
      ? await this.#person.upload({
          kind: "images",
          name: asked.title,
          data: prompt.picture.data,
          fields: { title: prompt.picture.title, ...place },
        })
      : await this.#write(asked, place);
    asked.confirmed = id !== null;
    if (id === null || regretAfterMs === null) return;
    await Bun.sleep(regretAfterMs);
    asked.deleted = true;
    await this.#person.insist(() => this.#person.canvas.request("DELETE", `/widgets/${id}`));
  }

  /** A free place on the canvas, or on a new file that lies there. */
  async #place(on: Prompt["on"], title: string): Promise<Record<string, unknown>> {
    const location = this.#cells.pop();
    if (on === null) return { location };
    const { data, size } = SUBJECTS[on];
    const name = `subject of ${title}`;
    const parent_id = await this.#person.provide({
      kind: on,
      name,
      data,
      fields: { title: name, location, size },
    });
    return { parent_id, location: ON_THE_SUBJECT };
  }

  /** In one go, letter by letter as far as the service can see, or only when the note is tied to an earlier answer. */
  async #write({ kind, title, question }: Asked, place: Record<string, unknown>): Promise<string | null> {
    const text = `{{${question}}}`;
    const earlier = kind === "follow-up" ? this.#person.canvas.answers : [];
    const isHalfTyped = this.#random.chance(0.15);
    const cut = this.#random.between(1, text.length);
    const answer = earlier.length > 0 ? this.#random.pick(earlier) : null;
    const firstText = answer ? question : isHalfTyped ? text.slice(0, cut) : text;
    const id = await this.#person.write(firstText, { title, ...place });
    if (id === null || firstText === text) return id;
    const { canvas } = this.#person;
    if (answer) {
      const ends = { src: { id: answer.id }, dst: { id } };
      await this.#person.insist(() => canvas.request("POST", "/connectors", ends));
    }
    await this.#person.insist(() => canvas.patchNote(id, { text }));
    return id;
  }
}
