import type { Config } from "../../config/schema.ts";
import type { SERVER_SETTINGS } from "../../config/settings/servers.ts";
import { googleVisionServer } from "./google-vision-engine.ts";
import { azureServer, type ModelServer, openAiServer } from "./server.ts";

/** The settings as far as they could be read: doctor looks at them also when some are wrong. */
export type ServerConfig = Partial<Pick<Config, keyof typeof SERVER_SETTINGS>>;

/** A model on a server; undefined: the only one that it has, or whatever it chooses. */
export interface Target {
  readonly server: ModelServer;
  readonly model: string | undefined;
}

/** Whom to ask for texts: one server, perhaps with a model of its own for each purpose. */
export interface TextTarget {
  readonly server: ModelServer;
  readonly models: Readonly<Record<"note" | "pdf" | "canvas", string | undefined>>;
}

/** @returns null when no server is set up for it */
export function textTarget(config: ServerConfig): TextTarget | null {
  const { TEXT_LLM_URL, TEXT_LLM_API_KEY, OPENAI_NOTE_MODEL, OPENAI_PDF_MODEL, OPENAI_CANVAS_MODEL } = config;
  const server = ownServer(config, TEXT_LLM_URL, TEXT_LLM_API_KEY) ?? sharedServer(config);
  if (server === null) return null;
  const isAzure = TEXT_LLM_URL === undefined && config.AZURE_OPENAI_ENDPOINT !== undefined;
  const note = OPENAI_NOTE_MODEL ?? (isAzure ? config.AZURE_OPENAI_DEPLOYMENT : undefined);
  return { server, models: { note, pdf: OPENAI_PDF_MODEL ?? note, canvas: OPENAI_CANVAS_MODEL ?? note } };
}

/** @returns null when no server is set up for it */
export function visionTarget(config: ServerConfig): Target | null {
  return pictureTarget(config, config.VISION_LLM_URL, config.VISION_LLM_API_KEY, config.OPENAI_VISION_MODEL);
}

/** @returns null when no server is set up for it */
export function imageTarget(config: ServerConfig): Target | null {
  return pictureTarget(config, config.IMAGE_LLM_URL, config.IMAGE_LLM_API_KEY, config.IMAGE_GEN_MODEL);
}

/** @returns null when Google Vision is not set up */
export function ocrTarget({ GOOGLE_VISION_API_KEY, GOOGLE_VISION_URL }: ServerConfig): ModelServer | null {
  if (GOOGLE_VISION_API_KEY === undefined || GOOGLE_VISION_URL === undefined) return null;
  return googleVisionServer(GOOGLE_VISION_URL, GOOGLE_VISION_API_KEY);
}

/** Most servers of texts neither see nor draw, so the shared one is asked only for a model that is named. */
function pictureTarget(
  config: ServerConfig,
  address: string | undefined,
  key: string | undefined,
  model: string | undefined,
): Target | null {
  const server = ownServer(config, address, key) ?? (model === undefined ? null : sharedServer(config));
  return server === null ? null : { server, model };
}

function ownServer(
  config: ServerConfig,
  address: string | undefined,
  key: string | undefined,
): ModelServer | null {
  return address === undefined ? null : openAiServer(address, key ?? config.OPENAI_API_KEY);
}

function sharedServer(config: ServerConfig): ModelServer | null {
  const { AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_API_VERSION, BASE_LLM_URL, OPENAI_API_KEY } = config;
  if (AZURE_OPENAI_ENDPOINT !== undefined && AZURE_OPENAI_API_VERSION !== undefined) {
    const key = config.AZURE_OPENAI_API_KEY ?? OPENAI_API_KEY;
    return azureServer(AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_API_VERSION, key);
  }
  return BASE_LLM_URL === undefined ? null : openAiServer(BASE_LLM_URL, OPENAI_API_KEY);
}
