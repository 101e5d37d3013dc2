import { toAppError } from "../errors/app-error.ts";
import { checkModelFile } from "./check-model-file.ts";
import { readRecord } from "./checksum-record.ts";
import { hashFile } from "./hash-file.ts";

export interface VerifiedFile {
  readonly path: string;
  readonly isSound: boolean;
  /** Null when it could not be computed. */
  readonly sha256: string | null;
  /** What the checksum was compared with. */
  readonly checksum: "recorded" | "none";
  /** What is wrong, or null. */
  readonly problem: string | null;
}

/** Reads a model file to its last byte. Asks nobody outside. */
export async function verifyFile(
  path: string,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<VerifiedFile> {
  const recorded = await readRecord(path);
  const checksum = recorded === null ? "none" : "recorded";
  try {
    await checkModelFile(path);
    const sha256 = await hashFile(path, onProgress, signal);
    const isSound = recorded === null || recorded === sha256;
    const problem = isSound ? null : `the checksum is ${sha256}, recorded was ${recorded}`;
    return { path, isSound, sha256, checksum, problem };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { path, isSound: false, sha256: null, checksum, problem: toAppError(thrown).message };
  }
}
