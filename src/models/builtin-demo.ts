import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { randomUUIDv7 } from "bun";
import { AppError } from "../errors/app-error.ts";
import embeddedPath from "./demo/demo-text.gguf" with { type: "file" };

/** The setting LLAMA_MODEL_PATH takes this value for the model that comes with the executable. */
export const BUILTIN_DEMO = "builtin:demo";

/** SHA-256 of src/models/demo/demo-text.gguf; a test compares it with the file. */
export const DEMO_MODEL_SHA256 = "355130f1d69c97900667b60cfd2d231bbe3be285e1ade469945e8225849e8126";
const FILE_NAME = "demo-text.gguf";

/**
 * Writes the embedded demo model to `<dataDir>/models/` unless a sound copy is there already.
 * Native code needs a real file, and the executable's own file system is visible to JavaScript only.
 * @returns the path of the file
 * @throws AppError STORAGE_UNAVAILABLE when it cannot be written
 */
export async function unpackDemoModel(dataDir: string): Promise<string> {
  try {
    return await unpack(dataDir);
  } catch (cause) {
    const full = cause instanceof Error && "code" in cause && cause.code === "ENOSPC";
    const reason = full ? "the disk is full" : cause instanceof Error ? cause.message : String(cause);
    const message = `The demo model cannot be unpacked in ${dataDir}: ${reason}.`;
    throw new AppError("STORAGE_UNAVAILABLE", message, { context: { path: dataDir }, cause });
  }
}

async function unpack(dataDir: string): Promise<string> {
  const folder = join(dataDir, "models");
  const path = join(folder, FILE_NAME);
  const embedded = Bun.file(embeddedPath);
  if (await isSound(path, embedded.size)) return path;

  await mkdir(folder, { recursive: true });
  const partial = join(folder, `.${FILE_NAME}.${randomUUIDv7()}.partial`);
  try {
    await Bun.write(partial, embedded);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}

async function isSound(path: string, size: number): Promise<boolean> {
  const file = Bun.file(path);
  if (!(await file.exists()) || file.size !== size) return false;
  const hash = new Bun.CryptoHasher("sha256").update(await file.bytes());
  return hash.digest("hex") === DEMO_MODEL_SHA256;
}
