import { open } from "node:fs/promises";

/** Whoever reads knows which AppError it means there. */
export class BodyTooLarge extends Error {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`body larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/**
 * Reads a body up to `maxBytes`, giving up as soon as more arrives instead of after it has all been buffered.
 *
 * @param onProgress called for each chunk, so that a deadline can count silence instead of size.
 * @throws BodyTooLarge
 */
export async function readBounded(
  response: Response,
  maxBytes: number,
  onProgress: () => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of boundedChunks(response, maxBytes, onProgress)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Writes a body of up to `maxBytes` into a file, never holding more than a part of it.
 *
 * @returns the bytes written
 * @throws BodyTooLarge, and the file system's error when it cannot be written
 */
export async function saveBounded(
  response: Response,
  path: string,
  maxBytes: number,
  onProgress: () => void,
): Promise<number> {
  const file = await open(path, "wx", 0o600);
  let total = 0;
  try {
    for await (const chunk of boundedChunks(response, maxBytes, onProgress)) {
      await file.writeFile(chunk);
      total += chunk.byteLength;
    }
  } finally {
    await file.close();
  }
  return total;
}

async function* boundedChunks(
  response: Response,
  maxBytes: number,
  onProgress: () => void,
): AsyncGenerator<Uint8Array> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) {
    await response.body?.cancel();
    throw new BodyTooLarge(maxBytes);
  }
  let total = 0;
  for await (const chunk of response.body ?? []) {
    onProgress();
    total += chunk.byteLength;
    if (total > maxBytes) throw new BodyTooLarge(maxBytes);
    yield chunk;
  }
}

/** Reads the beginning of a body and drops the rest: for error pages. */
export async function readBeginning(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let total = 0;
  for await (const chunk of response.body ?? []) {
    const wanted = chunk.subarray(0, maxBytes - total);
    total += wanted.byteLength;
    text += decoder.decode(wanted, { stream: true });
    if (total >= maxBytes) break;
  }
  return text;
}

/** True for the pages that proxies and wrong addresses answer with. */
export function looksLikeHtml(text: string): boolean {
  return /^\s*<(!doctype|html|head|body)/i.test(text.slice(0, 200));
}
