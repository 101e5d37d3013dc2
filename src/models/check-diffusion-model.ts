import { open } from "node:fs/promises";
import { AppError } from "../errors/app-error.ts";

const HEAD_BYTES = 9;

export interface DiffusionModelFacts {
  readonly fileBytes: number;
}

/**
 * Looks at the beginning of an image model's file, so that a wrong path or a broken download gives a clear sentence
 * instead of an error of native code: safetensors begin with the length of a JSON header and `{`, GGUF files and the
 * ZIP archives inside ckpt files with their marks.
 * @throws AppError IMAGE_ENGINE_MISSING when it cannot be read, MODEL_FILE_INVALID
 */
export async function checkDiffusionModel(path: string): Promise<DiffusionModelFacts> {
  const { head, fileBytes } = await readHead(path);
  const mark = head.toString("latin1", 0, 4);
  const isKnown = mark === "GGUF" || mark === "PK\u0003\u0004" || isSafetensors(head, fileBytes);
  if (isKnown) return { fileBytes };
  const message = `The image model ${path} is neither a safetensors nor a GGUF nor a ckpt file, or it is incomplete.`;
  throw new AppError("MODEL_FILE_INVALID", message, { context: { path } });
}

function isSafetensors(head: Buffer, fileBytes: number): boolean {
  return (
    head.length === HEAD_BYTES &&
    head.toString("latin1", 8) === "{" &&
    head.readBigUInt64LE(0) <= BigInt(fileBytes - 8)
  );
}

async function readHead(path: string): Promise<{ head: Buffer; fileBytes: number }> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return { head: buffer.subarray(0, bytesRead), fileBytes: (await file.stat()).size };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason =
      code === "ENOENT" || code === "ENOTDIR" ? "is missing" : `cannot be read (${code ?? error})`;
    throw new AppError("IMAGE_ENGINE_MISSING", `The image model ${path} ${reason}.`, {
      context: { path },
      cause: error,
    });
  }
}
