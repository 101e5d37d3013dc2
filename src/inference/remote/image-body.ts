import type { AppError } from "../../errors/app-error.ts";
import type { ImageRequest } from "../image-engine.ts";

/** Fields that some servers refuse by name; without one of them the picture comes all the same. */
const OPTIONAL = ["response_format", "size", "seed", "negative_prompt"] as const;
type OptionalField = (typeof OPTIONAL)[number];

export type LeftOut = ReadonlySet<OptionalField>;

/**
 * What is sent to draw a picture. Steps and guidance are not: their right values belong to the model, which the server
 * knows and our settings for the local one do not.
 * @param isCloud OpenAI's own models take neither seeds nor negative prompts
 */
export function imageBody(
  { prompt, negativePrompt, width, height, seed }: ImageRequest,
  model: string | undefined,
  isCloud: boolean,
  leftOut: LeftOut,
): Record<string, unknown> {
  const optional: Record<OptionalField, unknown> = {
    response_format: "b64_json",
    size: isCloud ? cloudSize(model, width, height) : `${width}x${height}`,
    seed: isCloud ? undefined : seed,
    negative_prompt: isCloud || negativePrompt === "" ? undefined : negativePrompt,
  };
  return {
    ...(model === undefined ? {} : { model }),
    prompt,
    n: 1,
    ...Object.fromEntries(
      OPTIONAL.filter((field) => !leftOut.has(field)).map((field) => [field, optional[field]]),
    ),
  };
}

/** @returns the fields to leave out from now on; null when the server complains about something else */
export function withRefused(leftOut: LeftOut, error: AppError): LeftOut | null {
  if (error.code !== "REMOTE_REFUSED") return null;
  const said = `${error.context.param ?? ""} ${error.message}`.toLowerCase();
  const refused = OPTIONAL.find((field) => !leftOut.has(field) && new RegExp(`\\b${field}\\b`).test(said));
  return refused === undefined ? null : new Set([...leftOut, refused]);
}

/** OpenAI's models draw three formats each; the nearest is asked for. */
function cloudSize(model: string | undefined, width: number, height: number): string {
  const long = model?.startsWith("dall-e") ? 1792 : 1536;
  const ratio = width / height;
  if (ratio > 1.2) return `${long}x1024`;
  return ratio < 1 / 1.2 ? `1024x${long}` : "1024x1024";
}
