import type { LogLine } from "../../src/e2e/executable.ts";
import type { TestCanvas } from "../../src/e2e/test-canvas.ts";
import { Person, type Server } from "../chaos-test/person.ts";
import { PDF, PROMPTS, RED_CIRCLE } from "../chaos-test/prompts.ts";
import type { Random } from "../chaos-test/random.ts";

/** More at once would only wait; the rate is what the service bears, not what it is asked. */
const MAX_OPEN = 100;
/** How often, out of a hundred prompts; the others are questions in notes. */
const ICONS = { "PDF icon": 3, "image icon": 3 } as const;
const CANVAS = { width: 9000, height: 5000 };

const ENDS = ["prompt answered", "prompt failed", "prompt cancelled"];

/** People who ask at a rate, and tidy up what was answered: the canvas stays as full as it is. */
export class Load {
  asked = 0;
  /** Wanted, and not asked because too many were open. */
  heldBack = 0;
  readonly ends = new Map<string, number>();
  readonly #canvas: TestCanvas;
  readonly #person: Person;
  readonly #random: Random;
  readonly #open = new Set<string>();
  readonly #subjects = new Map<keyof typeof ICONS, string>();

  constructor(server: Server, canvas: TestCanvas, random: Random) {
    this.#canvas = canvas;
    this.#person = new Person(server, canvas);
    this.#random = random;
  }

  get open(): number {
    return this.#open.size;
  }

  /** What icons are dropped on. */
  async prepare(): Promise<void> {
    const pdf = {
      kind: "pdfs",
      name: "bridge.pdf",
      data: PDF,
      fields: { location: { x: 100, y: 100 } },
    } as const;
    const image = {
      kind: "images",
      name: "circle.png",
      data: RED_CIRCLE,
      fields: { location: { x: 900, y: 100 } },
    } as const;
    this.#subjects.set("PDF icon", await this.#person.provide(pdf));
    this.#subjects.set("image icon", await this.#person.provide(image));
  }

  async ask(): Promise<void> {
    if (this.#open.size >= MAX_OPEN) {
      this.heldBack += 1;
      return;
    }
    this.asked += 1;
    const dice = this.#random.between(0, 99);
    const icon = dice < ICONS["PDF icon"] ? "PDF icon" : dice < 6 ? "image icon" : null;
    const id = icon === null ? await this.#write() : await this.#drop(icon);
    if (id !== null) this.#open.add(id);
  }

  /** Takes what the log says since the last time, and removes from the canvas what has come to its end. */
  async tidy(log: readonly LogLine[]): Promise<void> {
    for (const { message, widget_id, correlation_id } of log) {
      if (!ENDS.includes(message)) continue;
      this.ends.set(message, (this.ends.get(message) ?? 0) + 1);
      this.#open.delete(String(widget_id));
      const answers = this.#canvas.answers.filter(({ title }) => title === `AI answer ${correlation_id}`);
      for (const id of [String(widget_id), ...answers.map((answer) => answer.id)]) {
        this.#canvas.history.delete(id);
        // Icons have been taken away already.
        await this.#canvas.request("DELETE", `/widgets/${id}`).catch(() => undefined);
      }
    }
  }

  #write(): Promise<string | null> {
    const [question] = this.#random.pick(PROMPTS.note.questions);
    const location = {
      x: this.#random.between(0, CANVAS.width),
      y: this.#random.between(600, CANVAS.height),
    };
    return this.#person.write(`{{${question}}}`, { title: `question ${this.asked}`, location });
  }

  #drop(kind: keyof typeof ICONS): Promise<string | null> {
    const { title, data } = PROMPTS[kind].picture;
    const fields = { title, parent_id: this.#subjects.get(kind), location: { x: 10, y: 10 } };
    return this.#person.upload({ kind: "images", name: `icon ${this.asked}`, data, fields });
  }
}
