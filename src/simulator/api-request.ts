import type { Caller } from "./accounts.ts";
import { HttpFailure } from "./http-failure.ts";
import { type JsonObject, readJsonBody } from "./json.ts";
import type { StreamSource } from "./stream-source.ts";

/** Larger JSON bodies are refused with 413; uploads have their own limit in routes/uploads.ts. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;

export interface ApiRequest {
  readonly method: string;
  /** Decoded path segments after `/api/v1`, without a trailing empty one. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly http: Request;
  readonly caller: Caller;
}

export type Reply =
  | { readonly kind: "json"; readonly body: unknown }
  | { readonly kind: "empty" }
  | {
      readonly kind: "bytes";
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: "live"; readonly source: StreamSource };

export const EMPTY_REPLY: Reply = { kind: "empty" };

export function json(body: unknown): Reply {
  return { kind: "json", body };
}

/** A resource that can be read once or, with `?subscribe`, watched. */
export function live(source: StreamSource): Reply {
  return { kind: "live", source };
}

export function readBody(request: ApiRequest): Promise<JsonObject> {
  return readJsonBody(request.http, MAX_JSON_BYTES);
}

/** Any spelling counts (`?subscribe`, `=true`, `=1`), except an explicit no. */
export function wantsStream(query: URLSearchParams): boolean {
  const value = query.get("subscribe");
  return value !== null && value !== "false" && value !== "0";
}

export function methodNotAllowed(request: ApiRequest): HttpFailure {
  return new HttpFailure(405, `Method ${request.method} not allowed`);
}
