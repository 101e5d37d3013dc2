import { basename, dirname, join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import type { CatalogueModel } from "./catalogue.ts";
import { assertModelName, modelFile, nameOfFile, projectorFile } from "./model-files.ts";
import { modelParts } from "./split-model.ts";

/** A file that can be downloaded, and where it belongs. */
export interface FileSource {
  readonly url: string;
  readonly path: string;
  /** Null where only the server knows; else approximate. */
  readonly bytes: number | null;
  /** Null where only the server knows. */
  readonly sha256: string | null;
}

/** @param hub base address of the hub or its mirror */
export function catalogueSources(model: CatalogueModel, folder: string, hub: string): readonly FileSource[] {
  const { name, repository, revision, files } = model;
  return files.map(({ role, remote, bytes, sha256 }) => ({
    url: `${hub}/${repository}/resolve/${revision}/${remote}`,
    path: role === "mmproj" ? projectorFile(folder, name) : modelFile(folder, name),
    bytes,
    sha256,
  }));
}

/**
 * @param path where the file belongs; a split model keeps the names of its files
 * @throws AppError CONFIG_INVALID for an address that cannot be that of a model
 */
export function urlSources(url: string, path: string): readonly FileSource[] {
  const parts = modelParts(nameInUrl(url));
  if (parts.length === 1) return [{ url, path, bytes: null, sha256: null }];
  const [first = ""] = parts;
  if (basename(path) !== first) {
    throw new AppError(
      "CONFIG_INVALID",
      `The model at ${withoutQuery(url)} is split into ${parts.length} files and has to be called ${first}.`,
    );
  }
  return parts.map((part) => ({
    url: url.replace(encodeURI(first), encodeURI(part)),
    path: join(dirname(path), part),
    bytes: null,
    sha256: null,
  }));
}

/** The file name at the end of an address. @throws AppError CONFIG_INVALID unless it is that of a GGUF file */
export function nameInUrl(url: string): string {
  const last = URL.parse(url)?.pathname.split("/").at(-1) ?? "";
  const name = decode(last);
  const model = nameOfFile(name);
  if (model === null)
    throw new AppError("CONFIG_INVALID", `${withoutQuery(url)} does not end in the name of a .gguf file.`);
  assertModelName(model);
  return name;
}

/** What may be shown of an address: signed ones carry their permission in the query. */
export function withoutQuery(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url : `${parsed.origin}${parsed.pathname}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
