import { X509Certificate } from "node:crypto";
import { AppError } from "../errors/app-error.ts";
import { Deadline } from "../http/deadline.ts";
import {
  BodyTooLarge,
  looksLikeHtml,
  readBeginning,
  readBounded,
  saveBounded,
} from "../http/response-body.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import type { LogFields, Logger } from "../observability/logger.ts";
import { cancelled, type Timers } from "../timers.ts";
import {
  networkError,
  protocolError,
  type RequestLabel,
  serverMessage,
  statusError,
  timeoutError,
  tooLargeError,
} from "./http-errors.ts";

/** A canvas with many widgets gives lists of tens of megabytes; beyond this it is not a Canvus answer. */
const MAX_JSON_BYTES = 128 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_REDIRECTS = 3;
/** Uploads report no progress, so their deadline grows with their size: at least 1 Mbit/s is expected. */
const SLOWEST_UPLOAD_BYTES_PER_MS = 125;

export interface TlsOptions {
  readonly allowSelfSigned: boolean;
  /** Certificate authorities to trust instead of the public ones, as PEM text. */
  readonly ca?: string;
}

export interface HttpOptions {
  readonly root: URL;
  readonly tls: TlsOptions;
  readonly requestTimeoutMs: number;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Strings that must never be repeated, even when the server itself does. */
  readonly secrets: () => readonly string[];
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path below the API root, its segments already encoded. */
  readonly endpoint: string;
  readonly query?: string;
  readonly json?: unknown;
  readonly upload?: { readonly form: FormData; readonly bytes: number };
  readonly token?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Makes one HTTP request: no retries, no logins. Every failure comes out as an AppError CANVUS_* or CANCELLED. */
export class Http {
  readonly #options: HttpOptions;
  readonly #tls: { rejectUnauthorized: boolean; ca?: string };

  /** @throws AppError CANVUS_TLS when the certificate authority is not a PEM certificate. */
  constructor(options: HttpOptions) {
    this.#options = options;
    const { allowSelfSigned, ca } = options.tls;
    if (ca !== undefined) assertCertificate(ca);
    this.#tls = { rejectUnauthorized: !allowSelfSigned, ...(ca === undefined ? {} : { ca }) };
  }

  json(request: HttpRequest): Promise<unknown> {
    return this.#exchange(request, async (response, deadline, label) => {
      const bytes = await readBounded(response, MAX_JSON_BYTES, () => deadline.touch());
      return parseJson(new TextDecoder().decode(bytes), label);
    });
  }

  /** For replies that may be empty or anything: the status is all that counts. */
  status(request: HttpRequest): Promise<void> {
    return this.#exchange(request, async (response) => {
      await readBeginning(response, MAX_ERROR_BYTES);
    });
  }

  /** @returns the bytes written; what was written before a failure is left to the caller */
  file(request: HttpRequest, path: string, maxBytes: number): Promise<number> {
    return this.#exchange(request, (response, deadline) =>
      saveBounded(response, path, maxBytes, () => deadline.touch()),
    );
  }

  /** Resolves when the headers are there; from then on only `request.signal` ends the stream. */
  async stream(request: HttpRequest): Promise<ReadableStream<Uint8Array>> {
    const label = this.#label(request);
    const startedAt = this.#options.timers.monotonicNow();
    const deadline = new Deadline(this.#options.timers, this.#options.requestTimeoutMs, request.signal);
    try {
      const response = await this.#open(request, label, deadline);
      deadline.stopClock();
      this.#log(label, startedAt, { status_code: response.status });
      if (response.headers.get("content-type")?.includes("text/html")) {
        await response.body?.cancel();
        throw protocolError(label, "a web page came instead of a widget stream");
      }
      if (response.body === null) throw protocolError(label, "the stream has no body");
      return response.body;
    } catch (thrown) {
      deadline.dispose();
      throw this.#explain(thrown, label, deadline, request.signal);
    }
  }

  async #exchange<T>(
    request: HttpRequest,
    read: (response: Response, deadline: Deadline, label: RequestLabel) => Promise<T>,
  ): Promise<T> {
    const label = this.#label(request);
    const startedAt = this.#options.timers.monotonicNow();
    const uploadMs = Math.ceil((request.upload?.bytes ?? 0) / SLOWEST_UPLOAD_BYTES_PER_MS);
    const deadline = new Deadline(
      this.#options.timers,
      this.#options.requestTimeoutMs + uploadMs,
      request.signal,
    );
    try {
      const response = await this.#open(request, label, deadline);
      const result = await read(response, deadline, label);
      this.#log(label, startedAt, { status_code: response.status });
      return result;
    } catch (thrown) {
      const error =
        thrown instanceof BodyTooLarge
          ? tooLargeError(label, thrown.maxBytes)
          : this.#explain(thrown, label, deadline, request.signal);
      this.#log(label, startedAt, { status_code: error.context.status_code, error_code: error.code });
      throw error;
    } finally {
      deadline.dispose();
    }
  }

  #log(label: RequestLabel, startedAt: number, outcome: LogFields): void {
    this.#options.logger.debug("Canvus request", {
      source: "canvus/http.ts:log",
      method: label.method,
      url: `${this.#options.root.href}${label.endpoint}`,
      duration_ms: Math.round(this.#options.timers.monotonicNow() - startedAt),
      ...outcome,
    });
  }

  /** Sends the request, follows redirects of reads, turns any status but 2xx into an error. */
  async #open(request: HttpRequest, label: RequestLabel, deadline: Deadline): Promise<Response> {
    let url = new URL(`${this.#options.root.href}${request.endpoint}${request.query ?? ""}`);
    for (let hops = 0; ; hops += 1) {
      const response = await this.#fetch(request, url, deadline.signal);
      deadline.touch();
      if (response.ok) return response;
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) {
        throw await this.#statusError(response, label);
      }
      await response.body?.cancel();
      url = this.#redirectTarget(request, label, new URL(location, url), hops);
    }
  }

  #fetch(request: HttpRequest, url: URL, signal: AbortSignal): Promise<Response> {
    const streaming = request.query?.includes("subscribe") ?? false;
    const headers: Record<string, string> = { accept: "application/json, */*;q=0.5" };
    // Our own header survives redirects that strip Authorization, so it must not follow to another server.
    if (request.token !== undefined && url.origin === this.#options.root.origin) {
      headers["private-token"] = request.token;
    }
    if (request.json !== undefined) headers["content-type"] = "application/json";
    // Compression would let a proxy hold back frames until its buffer is full.
    if (streaming) headers["accept-encoding"] = "identity";
    return fetch(url, {
      method: request.method,
      headers,
      body: request.json === undefined ? request.upload?.form : JSON.stringify(request.json),
      signal,
      redirect: "manual",
      tls: this.#tls,
      // Bun's own limit is 300 s without a byte; the Deadline and the watcher's watchdog decide here.
      timeout: false,
    });
  }

  #redirectTarget(request: HttpRequest, label: RequestLabel, target: URL, hops: number): URL {
    if (request.method !== "GET") {
      throw protocolError(
        label,
        `the server redirects to ${target.origin}; set CANVUS_SERVER to that address`,
      );
    }
    const { root } = this.#options;
    // What a server says must not make us ask others for things, and what was asked in private stays so.
    if (target.hostname !== root.hostname || (root.protocol === "https:" && target.protocol !== "https:")) {
      throw protocolError(
        label,
        `the server redirects to ${target.origin}; only addresses of ${root.hostname} are followed`,
      );
    }
    if (hops >= MAX_REDIRECTS) throw protocolError(label, "too many redirects");
    return target;
  }

  async #statusError(response: Response, label: RequestLabel): Promise<AppError> {
    const message = serverMessage(await readBeginning(response, MAX_ERROR_BYTES));
    const waitMs = retryAfterMs(response.headers, this.#options.timers.now());
    return statusError(label, response.status, this.#redact(message), waitMs);
  }

  #redact(text: string): string {
    return this.#options.secrets().reduce((clean, secret) => clean.replaceAll(secret, "***"), text);
  }

  #label(request: HttpRequest): RequestLabel {
    return { method: request.method, endpoint: request.endpoint, host: this.#options.root.host };
  }

  #explain(
    thrown: unknown,
    label: RequestLabel,
    deadline: Deadline,
    signal: AbortSignal | undefined,
  ): AppError {
    if (thrown instanceof AppError) return thrown;
    if (deadline.expired) return timeoutError(label, deadline.timeoutMs);
    if (signal?.aborted) return cancelled();
    if (isDiskTrouble(thrown)) return diskError(thrown);
    return networkError(label, thrown);
  }
}

function parseJson(text: string, label: RequestLabel): unknown {
  if (looksLikeHtml(text)) throw protocolError(label, "a web page came instead of JSON");
  try {
    return JSON.parse(text);
  } catch {
    throw protocolError(label, text.trim() === "" ? "an empty answer came" : "the answer is not JSON");
  }
}

/** Writing the body to a file failed, not reading it from the network. */
function isDiskTrouble(thrown: unknown): thrown is NodeJS.ErrnoException {
  return (
    thrown instanceof Error &&
    "syscall" in thrown &&
    (thrown.syscall === "write" || thrown.syscall === "open")
  );
}

function diskError(cause: NodeJS.ErrnoException): AppError {
  return new AppError("DOWNLOAD_NOT_SAVED", `The file could not be saved for reading (${cause.code}).`, {
    cause,
  });
}

function assertCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new AppError("CANVUS_TLS", "CANVUS_CA_FILE does not hold a certificate in PEM format.", { cause });
  }
}
