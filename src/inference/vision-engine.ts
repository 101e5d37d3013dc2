import type { GenerateOptions, TextResult } from "./text-engine.ts";

export interface VisionRequest {
  /** A PNG or JPEG file on this machine, checked and scaled before (see documents/). */
  readonly imagePath: string;
  /** Null for models that were trained on bare questions. */
  readonly systemPrompt: string | null;
  /** What is asked about the picture. */
  readonly prompt: string;
  readonly maxTokens: number;
  /** 0 = always the likeliest token. */
  readonly temperature: number;
}

/** Something that looks at pictures: a runner on this machine or a remote server. */
export interface VisionEngine {
  /** @throws AppError as TextEngine.generate does; VISION_ENGINE_MISSING when none is set up. */
  describe(request: VisionRequest, options: GenerateOptions): Promise<TextResult>;
}
