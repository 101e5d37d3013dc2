import { link, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { catalogueModel } from "./catalogue.ts";
import { checkModelFile } from "./check-model-file.ts";
import { writeRecord } from "./checksum-record.ts";
import { assertFreeSpace, diskError, giveToFolderOwner } from "./download/disk.ts";
import { changeFolder } from "./folder-lock.ts";
import { hashFile } from "./hash-file.ts";
import { assertModelName, modelFile, nameOfFile, projectorFile } from "./model-files.ts";
import { modelParts } from "./split-model.ts";

/** llama.cpp's name for the architecture of files that translate pictures. */
const PROJECTOR_ARCHITECTURE = "clip";
const COPY_BYTES = 4 * 1024 * 1024;

export interface ImportJob {
  readonly folder: string;
  readonly file: string;
  /** What it is called from now on; without it, it keeps the name of the file. */
  readonly name: string | undefined;
  /** Shares the bytes with the file instead of copying them. */
  readonly asLink: boolean;
  readonly marginBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (received: number, total: number) => void;
}

export interface ImportedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** `pinned`: compared with the catalogue's. */
  readonly checksum: "pinned" | "recorded";
}

/**
 * Takes a file of this machine into the models folder: for machines without internet. A split model is taken with all
 * its files.
 * @throws AppError MODEL_FILE_*, also when it is not what the catalogue has under that name; MODEL_NAME_TAKEN, MODELS_DIR_*
 */
export async function importModel(job: ImportJob): Promise<readonly ImportedFile[]> {
  const file = resolve(job.file);
  const { architecture } = await checkModelFile(file);
  const isProjector = architecture === PROJECTOR_ARCHITECTURE;
  const parts = modelParts(file);
  if (parts.length > 1 && job.name !== undefined)
    throw new AppError("CONFIG_INVALID", "A split model keeps the names of its files: leave --name away.");
  return changeFolder(job.folder, async () => {
    const imported: ImportedFile[] = [];
    for (const part of parts) imported.push(await importFile(part, target(part, isProjector, job), job));
    return imported;
  });
}

interface Target {
  readonly path: string;
  /** Null when the catalogue knows none. */
  readonly sha256: string | null;
}

function target(file: string, isProjector: boolean, { folder, name }: ImportJob): Target {
  if (name === undefined) {
    const fileName = basename(file);
    assertModelName(nameOfFile(fileName) ?? fileName);
    return { path: join(folder, fileName), sha256: null };
  }
  assertModelName(name);
  const role = isProjector ? "mmproj" : "model";
  const known = catalogueModel(name)?.files.find((each) => each.role === role);
  const path = isProjector ? projectorFile(folder, name) : modelFile(folder, name);
  return { path, sha256: known?.sha256 ?? null };
}

async function importFile(
  file: string,
  { path, sha256: expected }: Target,
  job: ImportJob,
): Promise<ImportedFile> {
  await checkModelFile(file);
  const { size: bytes } = await stat(file);
  if (resolve(path) === file) return record(file, path, bytes, await hashFile(file, undefined, job.signal));
  if ((await stat(path).catch(() => null)) !== null)
    throw new AppError("MODEL_NAME_TAKEN", `${path} is there already.`);
  const temporary = `${path}.importing`;
  try {
    await rm(temporary, { force: true });
    const sha256 = job.asLink
      ? await linkTo(file, temporary, job)
      : await copyTo(file, temporary, bytes, job);
    if (expected !== null && sha256 !== expected) {
      throw new AppError(
        "MODEL_FILE_INVALID",
        `${file} is not the file that the catalogue has under this name: its checksum is ${sha256}, expected was ${expected}. If another file is meant, give it another --name.`,
      );
    }
    await rename(temporary, path);
    return await record(file, path, bytes, sha256, expected !== null);
  } catch (error) {
    await rm(temporary, { force: true });
    job.signal.throwIfAborted();
    throw diskError(path, error);
  }
}

async function record(
  file: string,
  path: string,
  bytes: number,
  sha256: string,
  isPinned = false,
): Promise<ImportedFile> {
  const checksum = isPinned ? "pinned" : "recorded";
  await writeRecord(path, sha256, `imported from ${file} (checksum ${checksum})`);
  return { path, bytes, sha256, checksum };
}

async function linkTo(file: string, to: string, { signal, onProgress }: ImportJob): Promise<string> {
  const { size } = await stat(file);
  await link(file, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EXDEV") throw error;
    throw new AppError("MODELS_DIR_UNUSABLE", `${file} is on another disk; leave --link away to copy it.`);
  });
  return hashFile(to, (received) => onProgress(received, size), signal);
}

/** Copies and computes the checksum in one go, so that a slow stick is read only once. */
async function copyTo(file: string, to: string, bytes: number, job: ImportJob): Promise<string> {
  await assertFreeSpace(dirname(to), bytes, job.marginBytes);
  const hasher = new Bun.CryptoHasher("sha256");
  const source = await open(file, "r");
  const copy = await open(to, "wx", 0o644);
  try {
    const buffer = Buffer.alloc(COPY_BYTES);
    for (let position = 0; ; ) {
      job.signal.throwIfAborted();
      const { bytesRead } = await source.read(buffer, 0, COPY_BYTES, position);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      hasher.update(chunk);
      await copy.writeFile(chunk);
      position += bytesRead;
      job.onProgress(position, bytes);
    }
    await copy.datasync();
  } finally {
    await source.close();
    await copy.close();
  }
  await giveToFolderOwner(to);
  return hasher.digest("hex");
}
