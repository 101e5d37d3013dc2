import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { distance } from "fastest-levenshtein";
import { AppError } from "../errors/app-error.ts";
import { CATALOGUE } from "./catalogue.ts";
import { isModelName } from "./model-files.ts";
import type { WantedModel } from "./wanted-model.ts";

/** What a mistyped name may have meant, as a sentence with a blank before it; "" when nothing is near. */
export function guessModel(name: string): string {
  const similar = CATALOGUE.find((each) => distance(each.name, name) <= 3);
  return similar === undefined ? "" : ` Did you mean ${similar.name}?`;
}

/**
 * Of a file that is missing people want to know the path; of a name they mistyped, the name.
 * @param given LLAMA_MODEL_PATH as it was written
 * @throws AppError MODEL_UNKNOWN when it is a name that neither the catalogue nor the models folder has
 */
export async function assertModelKnown(
  given: string | undefined,
  { path, sources }: WantedModel,
): Promise<void> {
  if (given === undefined || path === null || sources.length > 0 || !isModelName(given)) return;
  if ((await stat(path).catch(() => null)) !== null) return;
  throw new AppError(
    "MODEL_UNKNOWN",
    `The model ${given} is neither in the catalogue nor in ${dirname(path)}.${guessModel(given)}`,
  );
}
