import type { ImageEngine } from "../inference/image-engine.ts";
import { missingVision } from "../inference/missing-engines.ts";
import type { TextEngine } from "../inference/text-engine.ts";
import type { VisionEngine } from "../inference/vision-engine.ts";
import type { Operation } from "../triggers/operation.ts";
import type { Ability } from "./ability.ts";
import { answerNote } from "./answer-note.ts";
import type { FindQuestion } from "./conversation.ts";
import { answerAboutImage, describeImage } from "./describe-image.ts";
import type { DocumentFiles } from "./document-files.ts";
import { type GenerateImageOptions, generateImage } from "./generate-image.ts";
import type { ModelStyle } from "./model-style.ts";
import { readHandwriting } from "./read-handwriting.ts";
import { summarizeCanvas } from "./summarize-canvas.ts";
import { summarizePdf } from "./summarize-pdf.ts";

/** An engine and how its model wants to be spoken to. */
interface Styled<Engine> {
  readonly engine: Engine;
  readonly style: ModelStyle;
}

export interface AbilityParts {
  /** By what a text is about. */
  readonly text: Readonly<Record<"note" | "pdf" | "canvas", Styled<TextEngine>>>;
  /** Null when no model here can see. */
  readonly vision: Styled<VisionEngine> | null;
  /** Reads snapshots; the vision model where nothing better is set up. */
  readonly handwriting: Styled<VisionEngine> | null;
  readonly images: ImageEngine;
  readonly pictures: Omit<GenerateImageOptions, "engine">;
  readonly documents: DocumentFiles;
  readonly findQuestion: FindQuestion;
  /** Longest results, in tokens. */
  readonly tokens: {
    readonly note: number;
    readonly pdf: number;
    readonly canvas: number;
    readonly image: number;
    /** Longest piece of a document that is read at once; 0 = automatic. */
    readonly piece: number;
  };
}

/** Everything the product can do: one row for each. */
export function allAbilities(parts: AbilityParts): Readonly<Record<Operation, Ability>> {
  const { text, vision, handwriting, documents, tokens } = parts;
  const draw = generateImage({ engine: parts.images, ...parts.pictures });
  const looking = (eyes: Styled<VisionEngine> | null) => ({
    vision: eyes?.engine ?? missingVision,
    style: eyes?.style ?? text.note.style,
    documents,
    maxTokens: tokens.image,
  });
  return {
    note_prompt: answerNote({ ...text.note, maxTokens: tokens.note, findQuestion: parts.findQuestion, draw }),
    image_prompt: draw,
    image_question: answerAboutImage(looking(vision)),
    image_analysis: describeImage(looking(vision)),
    pdf_precis: summarizePdf({
      ...text.pdf,
      vision: vision?.engine ?? null,
      visionStyle: vision?.style ?? text.pdf.style,
      documents,
      maxTokens: tokens.pdf,
      pieceTokens: tokens.piece,
    }),
    canvas_precis: summarizeCanvas({ ...text.canvas, maxTokens: tokens.canvas }),
    handwriting: readHandwriting(looking(handwriting)),
  };
}
