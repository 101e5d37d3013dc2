import { readFile } from "node:fs/promises";
import { AppError } from "../errors/app-error.ts";

/** PEM texts. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * @returns nothing when no certificate is set: then the dashboard speaks HTTP.
 * @throws AppError WEB_TLS_INVALID when a file cannot be read.
 */
export async function readTlsFiles(
  certificate: string | undefined,
  key: string | undefined,
): Promise<TlsFiles | undefined> {
  if (certificate === undefined || key === undefined) return undefined;
  const [certText, keyText] = await Promise.all([
    read("WEBUI_TLS_CERT", certificate),
    read("WEBUI_TLS_KEY", key),
  ]);
  return { cert: certText, key: keyText };
}

async function read(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("WEB_TLS_INVALID", `The file of ${setting} cannot be read: ${path}.`, { cause });
  }
}
