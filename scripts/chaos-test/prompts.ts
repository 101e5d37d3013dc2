import { join } from "node:path";
import { makePdf } from "../../src/documents/testing/make-pdf.ts";
import { QUESTIONS } from "./questions.ts";

/** One way to ask for something on a canvas, and what has to come of it. */
export interface Prompt {
  /** How often, compared with the others. */
  readonly weight: number;
  /** What it is put on; null: the canvas itself. */
  readonly on: "pdfs" | "images" | null;
  /** What is asked in a note and answered, word for word; null: any answer, it depends on what else is there. */
  readonly questions?: readonly (readonly [question: string, answer: string | null])[];
  /** What is dropped instead of a note. */
  readonly picture?: { readonly title: string; readonly data: Uint8Array; readonly answer: string | null };
  /** Code of the error that people have to be told instead of an answer. */
  readonly error?: string;
  /** Codes of errors that are as good. */
  readonly excuses?: readonly string[];
}

const REPOSITORY = join(import.meta.dir, "../..");
const ICON = await bytesOf("installer/canvus-menu/content/AI_Icon_PDF_Precis.png");
export const RED_CIRCLE = await bytesOf("src/models/demo/red-circle.png");
export const PDF = makePdf([
  {
    lines: [
      "The new bridge opens in April. It took a long time.",
      "People are happy about it. More news will follow soon.",
    ],
  },
]);

/** The tiny demo model may find no words for what it was never taught, or always the same. */
const NO_WORDS = ["INFERENCE_FAILED", "MODEL_REPEATS_ITSELF"];
const DESCRIPTION = "A red circle on a white background.";

export const PROMPTS = {
  note: { weight: 44, on: null, questions: QUESTIONS },
  "follow-up": {
    weight: 10,
    on: null,
    questions: QUESTIONS.map(([question]) => [question, null] as const),
    excuses: NO_WORDS,
  },
  // The executable under test has no library that draws.
  "picture wish": {
    weight: 5,
    on: null,
    questions: [["image: a red fox", null]],
    error: "IMAGE_ENGINE_MISSING",
  },
  "image question": { weight: 10, on: "images", questions: [["What color is the shape?", "Red."]] },
  "PDF icon": {
    weight: 9,
    on: "pdfs",
    picture: { title: "AI_Icon_PDF_Precis", data: ICON, answer: "Summary: The new bridge opens in April." },
  },
  "canvas icon": {
    weight: 4,
    on: null,
    picture: { title: "AI_Icon_Canvus_Precis", data: ICON, answer: null },
    excuses: NO_WORDS,
  },
  "image icon": {
    weight: 9,
    on: "images",
    picture: { title: "AI_Icon_Image_Analysis", data: ICON, answer: DESCRIPTION },
  },
  snapshot: {
    weight: 9,
    on: null,
    picture: { title: "Snapshot at 2026-01-02 03:04:05", data: RED_CIRCLE, answer: DESCRIPTION },
  },
} as const satisfies Record<string, Prompt>;

export type Kind = keyof typeof PROMPTS;
export const KINDS = Object.keys(PROMPTS) as Kind[];

function bytesOf(path: string): Promise<Uint8Array> {
  return Bun.file(join(REPOSITORY, path)).bytes();
}
