import { CATALOGUE, type CatalogueModel, downloadBytes } from "./catalogue.ts";
import { type StoredFile, storedModels } from "./model-folder.ts";

/** A model of the catalogue or of the models folder, or both. */
export interface ListedModel {
  readonly name: string;
  /** Null for models that only lie in the folder. */
  readonly catalogue: CatalogueModel | null;
  /** `ready`: all its files are here; `partial`: some, or parts of them. */
  readonly state: "ready" | "partial" | "missing";
  readonly files: readonly StoredFile[];
  readonly storedBytes: number;
  /** All files together; approximate until they are here, null when nobody knows. */
  readonly totalBytes: number | null;
}

/** First what the catalogue has, then what else lies in the folder. @throws AppError MODELS_DIR_UNUSABLE */
export async function listModels(folder: string): Promise<readonly ListedModel[]> {
  const stored = new Map((await storedModels(folder)).map(({ name, files }) => [name, files]));
  const others = [...stored.keys()].filter((name) => !CATALOGUE.some((model) => model.name === name));
  return [
    ...CATALOGUE.map((model) => listed(model.name, model, stored.get(model.name) ?? [])),
    ...others.map((name) => listed(name, null, stored.get(name) ?? [])),
  ];
}

function listed(name: string, catalogue: CatalogueModel | null, files: readonly StoredFile[]): ListedModel {
  const storedBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const finished = files.filter(({ unfinished }) => unfinished === null);
  const isReady = finished.length > 0 && finished.length >= (catalogue?.files.length ?? files.length);
  const state = files.length === 0 ? "missing" : isReady ? "ready" : "partial";
  const expected = catalogue ? downloadBytes(catalogue) : expectedBytes(files);
  return { name, catalogue, state, files, storedBytes, totalBytes: isReady ? storedBytes : expected };
}

function expectedBytes(files: readonly StoredFile[]): number | null {
  return files.reduce<number | null>((sum, { bytes, unfinished }) => {
    const whole = unfinished === null ? bytes : unfinished.bytes;
    return sum === null || whole === null ? null : sum + whole;
  }, 0);
}
