import { Patience, type RetrySettings } from "./patience.ts";
import { type Answer, openRange, type TransferSettings } from "./transfer.ts";
import { protocolError } from "./transfer-errors.ts";

/** What is known of a file before it is downloaded. */
export interface RemoteFile {
  readonly url: string;
  /** Where its bytes come from, after redirects. Such addresses may expire. */
  readonly resolvedUrl: string;
  /** Null when the server does not say. */
  readonly bytes: number | null;
  /** Changes when the file does; null when the server has no such thing. */
  readonly validator: string | null;
  /** Whether parts of it can be asked for. */
  readonly hasRanges: boolean;
  /** Null when the server publishes none. */
  readonly publishedSha256: string | null;
}

export interface ContentRange {
  readonly first: number;
  readonly last: number;
  /** Null when the server does not say. */
  readonly total: number | null;
}

/** Asks for the first byte: some servers answer HEAD wrongly or not at all, and signed addresses allow GET only. */
async function describeRemote(
  url: string,
  settings: TransferSettings,
  signal: AbortSignal,
): Promise<RemoteFile> {
  const answer = await openRange(url, { first: 0, last: 0 }, settings, signal);
  answer.close();
  const range = answer.status === 206 ? contentRange(answer.headers) : null;
  const bytes = range === null ? contentLength(answer) : range.total;
  if (bytes === 0) throw protocolError(answer.host, "has an empty file there");
  return {
    url,
    resolvedUrl: answer.url,
    bytes,
    validator: validatorOf(answer.headers),
    hasRanges: range !== null && range.first === 0 && range.last === 0 && bytes !== null,
    publishedSha256: publishedSha256(answer.firstHeaders),
  };
}

/** The same, tried again while it fails for a passing reason. */
export function describeWithPatience(
  url: string,
  settings: TransferSettings & RetrySettings,
  signal: AbortSignal,
): Promise<RemoteFile> {
  return new Patience(settings, signal).repeat(() => describeRemote(url, settings, signal));
}

export function contentRange(headers: Headers): ContentRange | null {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(
    headers.get("content-range")?.trim() ?? "",
  );
  if (match === null) return null;
  const [, first, last, total] = match;
  return { first: Number(first), last: Number(last), total: total === "*" ? null : Number(total) };
}

export function validatorOf(headers: Headers): string | null {
  return headers.get("etag") ?? headers.get("last-modified");
}

function contentLength({ headers, status }: Answer): number | null {
  const text = headers.get("content-length");
  return status === 200 && text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The Hugging Face hub names the SHA-256 of a large file in this header of its own answer, the redirect. */
function publishedSha256(headers: Headers): string | null {
  const text =
    headers
      .get("x-linked-etag")
      ?.replace(/^(W\/)?"|"$/g, "")
      .toLowerCase() ?? "";
  return /^[0-9a-f]{64}$/.test(text) ? text : null;
}
