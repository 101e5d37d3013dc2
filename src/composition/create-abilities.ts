import { join } from "node:path";
import type { Ability } from "../abilities/ability.ts";
import { type AbilityParts, allAbilities } from "../abilities/all-abilities.ts";
import type { FindQuestion } from "../abilities/conversation.ts";
import type { Config } from "../config/schema.ts";
import type { Storage } from "../storage/storage.ts";
import type { Operation } from "../triggers/operation.ts";

/** What everything the product can do is made of, besides the settings. */
export type AbilityEngines = Pick<AbilityParts, "text" | "vision" | "handwriting" | "images" | "documents">;

/** The abilities with their settings. */
export function createAbilities(
  config: Config,
  engines: AbilityEngines,
  storage: Storage,
): Readonly<Record<Operation, Ability>> {
  return allAbilities({
    ...engines,
    findQuestion: questionsOf(storage),
    pictures: {
      width: config.SD_IMAGE_SIZE,
      height: config.SD_IMAGE_SIZE,
      steps: config.SD_INFERENCE_STEPS,
      guidance: config.SD_GUIDANCE_SCALE,
      negativePrompt: config.SD_NEGATIVE_PROMPT ?? "",
      seed: config.SD_SEED < 0 ? null : config.SD_SEED,
    },
    tokens: {
      note: config.OPENAI_NOTE_RESPONSE_TOKENS,
      pdf: config.OPENAI_PDF_PRECIS_TOKENS,
      canvas: config.OPENAI_CANVAS_PRECIS_TOKENS,
      image: config.OPENAI_IMAGE_ANALYSIS_TOKENS,
      piece: config.OPENAI_PDF_CHUNK_SIZE_TOKENS,
    },
  });
}

/** Where files from canvases lie while they are read; a folder of our own, because it is emptied. */
export function downloadsFolder(config: Pick<Config, "DOWNLOADS_DIR" | "CANVUSLLM_DATA_DIR">): string {
  const { DOWNLOADS_DIR, CANVUSLLM_DATA_DIR } = config;
  return DOWNLOADS_DIR === undefined
    ? join(CANVUSLLM_DATA_DIR, "downloads")
    : join(DOWNLOADS_DIR, "canvuslocallm");
}

/** The history may be out of reach for a while: a follow-up is answered all the same, as a question of its own. */
function questionsOf({ query }: Storage): FindQuestion {
  return async (correlationId) => {
    const detail = await query.taskDetail({ correlationId }).catch(() => null);
    return detail === null ? null : { prompt: detail.task.prompt, widgetId: detail.task.widget_id };
  };
}
