import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { AppError } from "../../errors/app-error.ts";
import { Deadline } from "../../http/deadline.ts";
import { BodyTooLarge, looksLikeHtml, readBeginning, readBounded } from "../../http/response-body.ts";
import { retryAfterMs } from "../../http/retry-after.ts";
import { addressOf, tryConnect } from "../../http/try-connect.ts";
import type { Logger } from "../../observability/logger.ts";
import { cancelled, type Timers } from "../../timers.ts";
import { type Asked, networkError, refusal, remoteError } from "./remote-errors.ts";
import { readServerMessage, type ServerMessage } from "./server-message.ts";

const MAX_ERROR_BYTES = 64 * 1024;
/**
 * A server may think for minutes before its first byte, so the wait alone says nothing about the way to it. After this
 * time without an answer a second connection is tried; where that fails too, the server is away.
 */
const CONNECT_CHECK_MS = 5000;
const CONNECT_TIMEOUT_MS = 5000;

export interface RemoteHttpOptions {
  readonly timers: Timers;
  readonly logger: Logger;
  /** A certificate authority to trust besides the public ones, as PEM text. */
  readonly ca?: string | undefined;
  /** @returns null when a connection can be made, else why not. Defaults to trying it. */
  readonly tryConnect?: typeof tryConnect;
}

export interface RemoteRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly asked: Asked;
  readonly headers: Readonly<Record<string, string>>;
  /** Strings that must never be repeated, even when the server itself does. */
  readonly secrets: readonly string[];
  readonly json?: unknown;
  readonly signal: AbortSignal;
  /** The longest silence, in ms; a whole answer may take ten times as long. */
  readonly idleTimeoutMs: number;
}

/** Makes one HTTP request: no retries. Every failure comes out as an AppError REMOTE_*, PROMPT_TOO_LONG or CANCELLED. */
export class RemoteHttp {
  readonly #options: RemoteHttpOptions;
  readonly #tls: { readonly rejectUnauthorized: true; readonly ca?: string[] };

  /** @throws AppError CONFIG_INVALID when the certificate authority is not a PEM certificate */
  constructor(options: RemoteHttpOptions) {
    this.#options = options;
    const { ca } = options;
    // Said aloud: else NODE_TLS_REJECT_UNAUTHORIZED=0, set for another program, would let anybody answer.
    this.#tls = {
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca: [...rootCertificates, checked(ca)] }),
    };
  }

  /** @throws also AppError REMOTE_INVALID_ANSWER when the answer is longer than that, or no JSON */
  json(request: RemoteRequest, maxBytes: number): Promise<unknown> {
    return this.exchange(request, async (response, touch) =>
      parseJson(await readBounded(response, maxBytes, touch), request.asked),
    );
  }

  /** @param read gets the answer, and a function to be called for each piece of it, which puts the timeout off */
  async exchange<T>(
    request: RemoteRequest,
    read: (response: Response, touch: () => void) => Promise<T>,
  ): Promise<T> {
    const { timers } = this.#options;
    const startedAt = timers.monotonicNow();
    const deadline = new Deadline(timers, request.idleTimeoutMs, request.signal);
    try {
      const response = await this.#open(request, deadline);
      const result = await read(response, () => deadline.touch());
      this.#log(request, startedAt, { status_code: response.status });
      return result;
    } catch (thrown) {
      const error = explain(thrown, request, deadline);
      this.#log(request, startedAt, { status_code: error.context.status_code, error_code: error.code });
      throw error;
    } finally {
      deadline.dispose();
    }
  }

  async #open(request: RemoteRequest, deadline: Deadline): Promise<Response> {
    const response = await this.#fetch(request, deadline);
    deadline.touch();
    if (response.ok) return response;
    const { asked, secrets } = request;
    const location = response.headers.get("location");
    if (location !== null && response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      // Neither the key nor what people wrote may follow to where nobody sent them.
      const target = URL.parse(location, request.url)?.origin ?? "another address";
      throw remoteError(
        "REMOTE_WRONG_ADDRESS",
        asked,
        `The model server ${asked.host} redirects to ${target}; that is not followed.`,
      );
    }
    const said = readServerMessage(await readBeginning(response, MAX_ERROR_BYTES));
    const waitMs = retryAfterMs(response.headers, this.#options.timers.now());
    throw refusal(asked, response.status, without(secrets, said), waitMs);
  }

  async #fetch(request: RemoteRequest, deadline: Deadline): Promise<Response> {
    const { method, url, headers, json } = request;
    const away = new AbortController();
    const answered = this.#watchConnection(request, away);
    try {
      return await fetch(url, {
        method,
        // Compression would let a proxy hold back what is streamed until its buffer is full.
        headers: {
          accept: "application/json, text/event-stream",
          "accept-encoding": "identity",
          ...headers,
          ...content(json),
        },
        body: json === undefined ? null : JSON.stringify(json),
        signal: AbortSignal.any([deadline.signal, away.signal]),
        redirect: "manual",
        tls: this.#tls,
        // Bun's own limit is 300 s without a byte; the deadline decides here.
        timeout: false,
      });
    } catch (thrown) {
      throw away.signal.aborted ? away.signal.reason : thrown;
    } finally {
      answered();
    }
  }

  /** @returns a function that ends the watch */
  #watchConnection({ url, asked, signal }: RemoteRequest, away: AbortController): () => void {
    // Behind a proxy only the proxy itself could be tried.
    if (usesProxy(url)) return () => undefined;
    const ended = new AbortController();
    const connect = this.#options.tryConnect ?? tryConnect;
    const cancelTimer = this.#options.timers.schedule(CONNECT_CHECK_MS, async () => {
      const either = AbortSignal.any([signal, ended.signal]);
      const reason = await connect(addressOf(url), CONNECT_TIMEOUT_MS, either);
      if (reason === null || either.aborted) return;
      away.abort(
        remoteError(
          "REMOTE_UNAVAILABLE",
          asked,
          `The model server ${asked.host} cannot be reached: ${reason}.`,
        ),
      );
    });
    return () => {
      cancelTimer();
      ended.abort();
    };
  }

  #log({ method, url, asked }: RemoteRequest, startedAt: number, outcome: Record<string, unknown>): void {
    this.#options.logger.debug("model server request", {
      source: "inference/remote/remote-http.ts:log",
      method,
      url: url.origin + url.pathname,
      endpoint: asked.endpoint,
      duration_ms: Math.round(this.#options.timers.monotonicNow() - startedAt),
      ...outcome,
    });
  }
}

/** @throws AppError REMOTE_WRONG_ADDRESS for a web page, REMOTE_INVALID_ANSWER for anything else that is no JSON */
export function parseJson(bytes: Uint8Array | string, asked: Asked): unknown {
  const text = typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    if (looksLikeHtml(text)) {
      throw remoteError(
        "REMOTE_WRONG_ADDRESS",
        asked,
        `A web page came from ${asked.host} instead of an answer.`,
      );
    }
    const what = text.trim() === "" ? "nothing" : "something that is not JSON";
    throw remoteError(
      "REMOTE_INVALID_ANSWER",
      asked,
      `The model server ${asked.host} answered with ${what}.`,
    );
  }
}

function checked(pem: string): string {
  try {
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new AppError("CONFIG_INVALID", "LLM_CA_FILE does not hold a certificate in PEM format.", { cause });
  }
}

function content(json: unknown): Record<string, string> {
  return json === undefined ? {} : { "content-type": "application/json" };
}

function without(secrets: readonly string[], said: ServerMessage): ServerMessage {
  return { ...said, text: secrets.reduce((text, secret) => text.replaceAll(secret, "***"), said.text) };
}

function explain(
  thrown: unknown,
  { asked, signal, idleTimeoutMs }: RemoteRequest,
  deadline: Deadline,
): AppError {
  if (signal.aborted) return cancelled();
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof BodyTooLarge) {
    const message = `The answer of the model server ${asked.host} is larger than ${thrown.maxBytes} bytes.`;
    return remoteError("REMOTE_INVALID_ANSWER", asked, message);
  }
  if (deadline.expired) {
    const message = `The model server ${asked.host} made no progress for ${idleTimeoutMs / 1000} s.`;
    return remoteError("REMOTE_TIMEOUT", asked, message);
  }
  return networkError(asked, thrown);
}

/** As Bun's fetch does it, only coarser: whether any proxy is set for this kind of address. */
export function usesProxy({ protocol }: URL): boolean {
  const name = protocol === "https:" ? "https_proxy" : "http_proxy";
  return Boolean(process.env[name] ?? process.env[name.toUpperCase()]);
}
