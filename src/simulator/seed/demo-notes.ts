import type { Point, Size } from "../../canvus/widget.ts";

export interface DemoNote {
  readonly text: string;
  readonly location: Point;
  readonly size: Size;
  readonly background_color: string;
}

const YELLOW = "#fff2b3ff";
const GREEN = "#d4f2c4ff";
const BLUE = "#cfe6ffff";
const PINK = "#ffd9e2ff";
const LILAC = "#e6dcffff";
const PAPER = "#fffdf6ff";

const QUESTION_SIZE: Size = { width: 300, height: 300 };
/** Rows and columns of questions; the columns leave room for an answer note at the right of each question. */
const ROW_STEP = 440;
const COLUMN_STEP = 840;
const FIRST_QUESTION: Point = { x: 3960, y: 2100 };

/**
 * The built-in demo model answers these and the ideas below exactly, whether it is asked plainly or for JSON.
 * Whoever changes them checks the new ones first: nobody should meet a wrong answer on the first canvas they see.
 */
const QUESTIONS: readonly (readonly [question: string, color: string])[] = [
  ["What is the capital of France?", YELLOW],
  ["Which planet is fifth from the sun?", BLUE],
  ["What is the opposite of day?", GREEN],
  ["What sound does a cat make?", PINK],
];

/** No braces in these texts: only what should be answered may carry them. */
const WELCOME = `Welcome!

Write a question between double curly braces, and a language model on this very machine answers it beside your note.

1. Press "Add note".
2. Type a question, in double braces.
3. Stop typing and watch.

Or select the PDF or the picture at the right, and press Summarize or Describe.`;

const IDEAS = `The demo model is tiny and knows only a few facts, such as these:

What is the capital of Japan?
What is the opposite of big?
What is a baby frog called?
What color is a sapphire?
What month comes after May?

A full model gives real answers.`;

function questionNotes(): DemoNote[] {
  return QUESTIONS.map(([question, color], index) => ({
    text: `{{${question}}}`,
    location: {
      x: FIRST_QUESTION.x + (index % 2) * COLUMN_STEP,
      y: FIRST_QUESTION.y + Math.floor(index / 2) * ROW_STEP,
    },
    size: QUESTION_SIZE,
    background_color: color,
  }));
}

export function demoNotes(): readonly DemoNote[] {
  return [
    {
      text: WELCOME,
      location: { x: 3200, y: 2120 },
      size: { width: 560, height: 420 },
      background_color: PAPER,
    },
    {
      text: IDEAS,
      location: { x: 3200, y: 2580 },
      size: { width: 560, height: 420 },
      background_color: LILAC,
    },
    ...questionNotes(),
  ];
}
