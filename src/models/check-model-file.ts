import { stat } from "node:fs/promises";
import { AppError } from "../errors/app-error.ts";
import { LimitExceeded, UnexpectedEnd } from "./file-cursor.ts";
import { type GgufFacts, NotGguf, readGgufFacts } from "./gguf.ts";
import { modelParts } from "./split-model.ts";

/**
 * Looks at a model file before anything is loaded, so that a wrong path or a broken download gives a clear sentence
 * instead of an error of native code.
 * @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID
 */
export async function checkModelFile(path: string): Promise<GgufFacts> {
  const size = await fileSize(path);
  if (size === 0) throw invalid(path, "is empty");
  const facts = await readFacts(path, size);
  if (size < facts.expectedBytes) {
    throw invalid(path, `is incomplete: ${bytes(size)} of ${bytes(facts.expectedBytes)}`);
  }
  await checkOtherParts(path);
  return facts;
}

async function fileSize(path: string): Promise<number> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw invalid(path, "is a folder, not a file");
    return info.size;
  } catch (error) {
    throw fileError(path, error);
  }
}

async function readFacts(path: string, size: number): Promise<GgufFacts> {
  try {
    return await readGgufFacts(path);
  } catch (error) {
    if (error instanceof NotGguf) throw invalid(path, `is not a usable GGUF file: ${error.message}`);
    if (error instanceof UnexpectedEnd)
      throw invalid(path, `is incomplete: it ends within its header after ${bytes(size)}`);
    if (error instanceof LimitExceeded)
      throw invalid(path, `is not a usable GGUF file: it claims to have ${error.message}`);
    throw fileError(path, error);
  }
}

async function checkOtherParts(path: string): Promise<void> {
  for (const part of modelParts(path).slice(1)) await fileSize(part);
}

function fileError(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const message =
    code === "ENOENT" || code === "ENOTDIR"
      ? `The model file ${path} does not exist.`
      : `The model file ${path} cannot be read (${String(code ?? error)}).`;
  return new AppError("MODEL_FILE_MISSING", message, { context: { path }, cause: error });
}

function invalid(path: string, what: string): AppError {
  return new AppError("MODEL_FILE_INVALID", `The model file ${path} ${what}.`, { context: { path } });
}

function bytes(count: number): string {
  return `${count.toLocaleString("en")} bytes`;
}
