import type { ImageEngine, ImageRequest } from "../inference/image-engine.ts";
import type { Ability } from "./ability.ts";

export interface GenerateImageOptions extends Omit<ImageRequest, "prompt" | "seed"> {
  readonly engine: ImageEngine;
  /** Null draws another picture each time. */
  readonly seed: number | null;
}

const MAX_SEED = 2 ** 31;

/** Draws what the prompt describes. */
export function generateImage({ engine, seed, ...settings }: GenerateImageOptions): Ability {
  return async ({ prompt, correlationId, signal, progress }) => {
    progress("preparing the picture …");
    const request = { ...settings, prompt, seed: seed ?? Math.floor(Math.random() * MAX_SEED) };
    const onStep = (step: number, steps: number) =>
      progress(`drawing the picture, step ${step} of ${steps} …`, step / steps);
    const { png, width, height, model, metrics } = await engine.draw(request, {
      correlationId,
      signal,
      onStep,
    });
    return {
      text: `Picture of ${prompt}`,
      picture: { png, width, height },
      model,
      promptTokens: 0,
      completionTokens: 0,
      timings: { ...metrics, prompt_ms: 0, ttft_ms: 0 },
    };
  };
}
