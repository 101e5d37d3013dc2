import { type FileHandle, open } from "node:fs/promises";

/** Small enough that the thread is never held up for long: about 2 ms. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The SHA-256 of a file, in small letters.
 * @throws the file system's error; the signal's reason when it aborts
 */
export async function hashFile(
  path: string,
  onProgress: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const handle = await open(path, "r");
  try {
    return await hashAll(handle, onProgress, signal);
  } finally {
    await handle.close();
  }
}

async function hashAll(
  handle: FileHandle,
  onProgress: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let total = 0; ; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, total);
    if (bytesRead === 0) return hasher.digest("hex");
    hasher.update(buffer.subarray(0, bytesRead));
    total += bytesRead;
    onProgress(total);
  }
}
