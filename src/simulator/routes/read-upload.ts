import type { ApiRequest } from "../api-request.ts";
import { badRequest, HttpFailure } from "../http-failure.ts";
import { type JsonObject, parseJsonObject } from "../json.ts";

/** The largest file taken, in bytes; Canvus documents no limit, proxies before it use about this. */
export const MAX_UPLOAD_BYTES = 128 * 1024 * 1024;

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function isMultipart(request: ApiRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.http.headers.get("content-type") ?? "");
}

/**
 * Reads the parts `json` (optional) and `data`, in either order.
 * @throws HttpFailure 400 for what is no multipart body, 413
 */
export async function readParts(
  request: ApiRequest,
): Promise<{ fields: JsonObject; file: UploadedFile | undefined }> {
  if (!isMultipart(request)) throw badRequest("multipart/form-data expected");
  let form: FormData;
  try {
    form = await request.http.formData();
  } catch {
    throw badRequest("Malformed multipart body");
  }
  const jsonPart = form.get("json");
  const text = jsonPart instanceof Blob ? await jsonPart.text() : (jsonPart ?? "");
  const data = form.get("data");
  if (data === null) return { fields: parseJsonObject(text), file: undefined };
  const blob = data instanceof Blob ? data : new File([data], "");
  if (blob.size > MAX_UPLOAD_BYTES) throw new HttpFailure(413, "File too large");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return { fields: parseJsonObject(text), file: { name: blob instanceof File ? blob.name : "", bytes } };
}

/** As readParts, where a file is a must. @throws HttpFailure 400 also for a missing or empty file */
export async function readUpload(request: ApiRequest): Promise<{ fields: JsonObject; file: UploadedFile }> {
  const { fields, file } = await readParts(request);
  if (file === undefined || file.bytes.byteLength === 0) throw badRequest("data is missing");
  return { fields, file };
}
