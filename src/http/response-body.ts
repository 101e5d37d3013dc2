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
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) {
    await response.body?.cancel();
    throw new BodyTooLarge(maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body ?? []) {
    onProgress();
    total += chunk.byteLength;
    if (total > maxBytes) throw new BodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
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
