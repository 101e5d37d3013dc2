import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { randomUUIDv7 } from "bun";
import { AppError } from "../errors/app-error.ts";
import encoderPath from "./demo/demo-mmproj.gguf" with { type: "file" };
import modelPath from "./demo/demo-text.gguf" with { type: "file" };

/** The settings LLAMA_MODEL_PATH and VISION_MODEL_PATH take this value for the model that comes with the executable. */
export const BUILTIN_DEMO = "builtin:demo";

interface EmbeddedFile {
  readonly name: string;
  /** Where it is inside the executable. */
  readonly path: string;
  /** Of the file in src/models/demo; a test compares them. */
  readonly sha256: string;
}

export const DEMO_MODEL: EmbeddedFile = {
  name: "demo-text.gguf",
  path: modelPath,
  sha256: "355130f1d69c97900667b60cfd2d231bbe3be285e1ade469945e8225849e8126",
};
/** Turns pictures into tokens of the demo model. */
export const DEMO_ENCODER: EmbeddedFile = {
  name: "demo-mmproj.gguf",
  path: encoderPath,
  sha256: "1b4b479bcf506410b155bca99b6c41d96079052c460eb802424fa7dbc2a5b800",
};

/**
 * Writes a file of the embedded demo model to `<dataDir>/models/` unless a sound copy is there already.
 * Native code needs a real file, and the executable's own file system is visible to JavaScript only.
 * @param file defaults to the model itself
 * @returns the path of the file
 * @throws AppError STORAGE_UNAVAILABLE when it cannot be written
 */
export async function unpackDemoModel(dataDir: string, file = DEMO_MODEL): Promise<string> {
  try {
    return await unpack(dataDir, file);
  } catch (cause) {
    const full = cause instanceof Error && "code" in cause && cause.code === "ENOSPC";
    const reason = full ? "the disk is full" : cause instanceof Error ? cause.message : String(cause);
    const message = `The demo model cannot be unpacked in ${dataDir}: ${reason}.`;
    throw new AppError("STORAGE_UNAVAILABLE", message, { context: { path: dataDir }, cause });
  }
}

async function unpack(dataDir: string, { name, path: embeddedPath, sha256 }: EmbeddedFile): Promise<string> {
  const folder = join(dataDir, "models");
  const path = join(folder, name);
  const embedded = Bun.file(embeddedPath);
  if (await isSound(path, embedded.size, sha256)) return path;

  await mkdir(folder, { recursive: true });
  const partial = join(folder, `.${name}.${randomUUIDv7()}.partial`);
  try {
    await Bun.write(partial, embedded);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}

async function isSound(path: string, size: number, sha256: string): Promise<boolean> {
  const file = Bun.file(path);
  if (!(await file.exists()) || file.size !== size) return false;
  const hash = new Bun.CryptoHasher("sha256").update(await file.bytes());
  return hash.digest("hex") === sha256;
}
