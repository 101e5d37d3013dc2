import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { DEMO_ENCODER, DEMO_MODEL } from "./builtin-demo.ts";
import { removeRecord } from "./checksum-record.ts";
import { diskError } from "./download/disk.ts";
import { partialPath, partialProgress, removePartial } from "./download/partial-file.ts";
import { isProjectorFile, nameOfFile } from "./model-files.ts";

/** The built-in demo model is unpacked into this folder when it is that of the data directory. */
const DEMO_FILES = [DEMO_MODEL.name, DEMO_ENCODER.name];
const PARTIAL_END = /\.part$/;
const PART_NUMBER = /-\d{5}-of-(?=\d{5}$)/;

export interface StoredFile {
  readonly path: string;
  readonly isProjector: boolean;
  /** Of an unfinished download: what is there of it. */
  readonly bytes: number;
  /** Null for a finished file, else how long it will be. */
  readonly unfinished: { readonly bytes: number | null } | null;
}

/** A model that has at least a part of a file here. */
export interface StoredModel {
  readonly name: string;
  readonly files: readonly StoredFile[];
}

/** What lies in the models folder, by name. A folder that does not exist is empty. @throws AppError MODELS_DIR_UNUSABLE */
export async function storedModels(folder: string): Promise<readonly StoredModel[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw diskError(folder, error);
  });
  const models = new Map<string, StoredFile[]>();
  for (const each of names.sort()) {
    const fileName = each.replace(PARTIAL_END, "");
    // All files of a split model are called after the first.
    const name = nameOfFile(fileName)?.replace(PART_NUMBER, "-00001-of-") ?? null;
    if (name === null || DEMO_FILES.includes(fileName)) continue;
    const path = join(folder, fileName);
    const file = each === fileName ? await finishedFile(path) : await unfinishedFile(path);
    if (file !== null) models.set(name, [...(models.get(name) ?? []), file]);
  }
  return [...models].map(([name, files]) => ({ name, files }));
}

/** Removes all files of a model. @returns how many bytes that freed @throws AppError MODEL_UNKNOWN, MODELS_DIR_UNUSABLE */
export async function removeModel(folder: string, name: string): Promise<number> {
  const model = (await storedModels(folder)).find((each) => each.name === name);
  if (model === undefined) throw new AppError("MODEL_UNKNOWN", `There is no model ${name} in ${folder}.`);
  try {
    for (const { path } of model.files) {
      await rm(path, { force: true });
      await removeRecord(path);
      await removePartial(path);
    }
  } catch (error) {
    throw diskError(folder, error);
  }
  return model.files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function finishedFile(path: string): Promise<StoredFile | null> {
  const info = await stat(path).catch(() => null);
  if (info?.isFile() !== true) return null;
  return { path, isProjector: isProjectorFile(path), bytes: info.size, unfinished: null };
}

async function unfinishedFile(path: string): Promise<StoredFile> {
  const progress = await partialProgress(path);
  const bytes = progress?.received ?? (await stat(partialPath(path)).catch(() => null))?.size ?? 0;
  return { path, isProjector: isProjectorFile(path), bytes, unfinished: { bytes: progress?.bytes ?? null } };
}
