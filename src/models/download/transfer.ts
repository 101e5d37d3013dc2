import { AppError } from "../../errors/app-error.ts";
import type { Timers } from "../../timers.ts";
import { IdleGuard } from "./idle-guard.ts";
import { connectionError, protocolError, silenceError, statusError } from "./transfer-errors.ts";

const MAX_REDIRECTS = 10;

export interface TransferSettings {
  /** Base address of the hub or its mirror. */
  readonly hub: string;
  /** Sent to the hub's own origin only, whatever it redirects to. */
  readonly token: string | undefined;
  /** Longest silence of a server. */
  readonly idleMs: number;
  readonly timers: Timers;
}

/** First and last byte that are wanted. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** An answer whose body has not been read yet. `body` must be read or closed. */
export interface Answer {
  /** Where it came from in the end. */
  readonly url: string;
  readonly host: string;
  readonly status: number;
  readonly headers: Headers;
  /** What the first server on the way said of the file: the hub says it there, not where the bytes come from. */
  readonly firstHeaders: Headers;
  /** @throws AppError DOWNLOAD_FAILED when the server breaks off or falls silent */
  readonly body: AsyncGenerator<Uint8Array, void, void>;
  close(): void;
}

/**
 * Asks for a range of a file, or for all of it, through redirects and proxies. No retries.
 * @throws AppError DOWNLOAD_FAILED, DOWNLOAD_REFUSED, DOWNLOAD_TLS, DOWNLOAD_NOT_FOUND
 */
export async function openRange(
  url: string,
  range: ByteRange | null,
  settings: TransferSettings,
  signal: AbortSignal,
): Promise<Answer> {
  const guard = new IdleGuard(settings.timers, settings.idleMs, signal);
  let target = new URL(url);
  let firstHeaders: Headers | null = null;
  try {
    for (let hops = 0; ; hops += 1) {
      const response = await request(target, range, settings, guard);
      guard.touch();
      firstHeaders ??= response.headers;
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        target = redirect(target, location, hops);
        continue;
      }
      if (!response.ok)
        throw statusError(target.host, response.status, response.headers, settings.timers.now());
      return answer(response, target, firstHeaders, guard);
    }
  } catch (thrown) {
    guard.dispose();
    throw explain(thrown, target.host, guard);
  }
}

function request(
  target: URL,
  range: ByteRange | null,
  settings: TransferSettings,
  guard: IdleGuard,
): Promise<Response> {
  const headers: Record<string, string> = {
    // Positions in a compressed answer would be others.
    "accept-encoding": "identity",
    "user-agent": "CanvusLocalLLM",
  };
  if (range !== null) headers.range = `bytes=${range.first}-${range.last}`;
  if (settings.token !== undefined && target.origin === new URL(settings.hub).origin)
    headers.authorization = `Bearer ${settings.token}`;
  return fetch(target, {
    headers,
    redirect: "manual",
    signal: guard.signal,
    // Bun's own limit is 300 s in all; here only silence counts.
    timeout: false,
    decompress: false,
    // Said aloud: else NODE_TLS_REJECT_UNAUTHORIZED=0, set for another program, would let anybody answer.
    tls: { rejectUnauthorized: true },
  });
}

function redirect(from: URL, location: string, hops: number): URL {
  const to = URL.parse(location, from);
  if (to === null || !/^https?:$/.test(to.protocol))
    throw protocolError(from.host, "redirects to an address that is none");
  if (from.protocol === "https:" && to.protocol === "http:")
    throw protocolError(from.host, `redirects from HTTPS to plain HTTP (${to.host})`);
  if (hops >= MAX_REDIRECTS) throw protocolError(from.host, "redirects without end");
  return to;
}

function answer(response: Response, target: URL, firstHeaders: Headers, guard: IdleGuard): Answer {
  const encoding = response.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity")
    throw protocolError(target.host, `compresses what was asked for as it is (${encoding})`);
  return {
    url: target.href,
    host: target.host,
    status: response.status,
    headers: response.headers,
    firstHeaders,
    body: chunks(response, target.host, guard),
    close: () => guard.dispose(),
  };
}

async function* chunks(response: Response, host: string, guard: IdleGuard): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) {
      // Whoever takes it may be slow, for example to write it; the next one is asked for only then.
      guard.pause();
      yield chunk;
      guard.touch();
    }
  } catch (thrown) {
    throw explain(thrown, host, guard);
  } finally {
    guard.dispose();
  }
}

function explain(thrown: unknown, host: string, guard: IdleGuard): AppError {
  if (thrown instanceof AppError) return thrown;
  return guard.expired ? silenceError(host, guard.idleMs) : connectionError(host, thrown);
}
