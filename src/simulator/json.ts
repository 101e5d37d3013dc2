import { badRequest, HttpFailure } from "./http-failure.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * Parses text as one JSON object; empty text counts as `{}`, because Canvus takes an empty POST as "all defaults".
 * @throws HttpFailure 400
 */
export function parseJsonObject(text: string): JsonObject {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest("Malformed JSON");
  }
  if (!isJsonObject(value)) throw badRequest("JSON object expected");
  return value;
}

/**
 * Reads a JSON body whatever its content type says: vendor samples post JSON labelled as a form, or not at all.
 * @throws HttpFailure 400 when it is no JSON object, 413 above `maxBytes`
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<JsonObject> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > maxBytes) throw new HttpFailure(413, "Request body too large");
  return parseJsonObject(new TextDecoder().decode(bytes));
}
