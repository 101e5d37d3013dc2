import { readFile } from "node:fs/promises";
import { AppError } from "../errors/app-error.ts";

/**
 * A certificate authority as PEM text, undefined when none is set.
 * @param setting its name, for the message
 * @throws AppError CONFIG_INVALID when the file cannot be read
 */
export async function readAuthority(setting: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("CONFIG_INVALID", `${setting} cannot be read: ${path}.`, { cause });
  }
}
