import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../observability/logger.ts";
import { unpackDemoModel } from "./builtin-demo.ts";
import { downloadSettings } from "./download/download-settings.ts";
import { assertModelKnown } from "./known-model.ts";
import { projectorFile } from "./model-files.ts";
import { ModelSupply } from "./model-supply.ts";
import { type WantedModel, wantedModel } from "./wanted-model.ts";

export interface PreparedModel {
  /** Where its file is, or will be. */
  readonly path: string;
  /** Where the encoder is, or will be, that came with it for pictures; null when it has none. */
  readonly projectorPath: string | null;
  readonly isDemo: boolean;
  /** Gets the file when it is missing; null when it must be there already. */
  readonly supply: ModelSupply | null;
}

/**
 * The model that the settings ask for; the built-in one is unpacked first. Asks nobody outside.
 * @throws AppError CONFIG_INVALID, MODEL_UNKNOWN, STORAGE_UNAVAILABLE
 */
export async function prepareModel(config: Config, logger: Logger): Promise<PreparedModel> {
  const wanted = wantedModel(config);
  const { name, path, sources } = wanted;
  if (path === null) {
    const demoPath = await unpackDemoModel(config.CANVUSLLM_DATA_DIR);
    return { path: demoPath, projectorPath: null, isDemo: true, supply: null };
  }
  await assertModelKnown(config.LLAMA_MODEL_PATH, wanted);
  const mayDownload = config.LLAMA_AUTO_DOWNLOAD && sources.length > 0;
  const settings = downloadSettings(config);
  const supply = mayDownload ? new ModelSupply({ wanted: { ...wanted, path }, settings, logger }) : null;
  const coming = sources.find((source) => source.path === projectorFile(dirname(path), name));
  const projectorPath = (mayDownload ? coming?.path : undefined) ?? (await storedProjector(wanted));
  return { path, projectorPath, isDemo: false, supply };
}

/** The encoder that lies beside a model. */
export async function storedProjector({ name, path }: WantedModel): Promise<string | null> {
  if (path === null) return null;
  const projectorPath = projectorFile(dirname(path), name);
  return (await stat(projectorPath).catch(() => null)) === null ? null : projectorPath;
}
