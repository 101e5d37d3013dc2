import type { TextResult } from "../inference/text-engine.ts";
import type { VisionEngine } from "../inference/vision-engine.ts";
import type { AbilityRequest } from "./ability.ts";
import { type DocumentFiles, PICTURE_LIMITS } from "./document-files.ts";
import type { ModelStyle } from "./model-style.ts";

export interface LookOptions {
  readonly vision: VisionEngine;
  readonly style: ModelStyle;
  readonly documents: DocumentFiles;
  readonly maxTokens: number;
}

/** What a model without training for instructions is asked about every picture. */
const BARE_QUESTION = "Describe this image.";

/** Asks about the picture that a request is about, and lets people see the answer grow. */
export function lookAtSubject(
  { vision, style, documents, maxTokens }: LookOptions,
  { canvas, subject, signal, correlationId, progress, show }: AbilityRequest,
  question: { readonly system: string; readonly prompt: string; readonly bare?: string },
): Promise<TextResult> {
  progress("downloading the picture …", 0.1);
  return canvas.withFile(subject, signal, (file) => {
    progress("preparing the picture …", 0.3);
    return documents.withPicture(file, { signal, ...PICTURE_LIMITS }, ({ path: imagePath }) => {
      progress("looking at the picture …", 0.5);
      let text = "";
      const onText = (piece: string) => {
        text += piece;
        show(text);
      };
      const asked = style.takesSystemPrompts
        ? { systemPrompt: question.system, prompt: question.prompt }
        : { systemPrompt: null, prompt: question.bare ?? BARE_QUESTION };
      const request = { ...asked, imagePath, maxTokens, temperature: style.temperature };
      return vision.describe(request, { correlationId, signal, onText });
    });
  });
}
