import { basename, join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { humanBytes } from "../human-bytes.ts";
import { catalogueModel } from "../models/catalogue.ts";
import { catalogueSources, type FileSource, nameInUrl, urlSources } from "../models/file-source.ts";
import { guessModel } from "../models/known-model.ts";
import { assertModelName, modelFile } from "../models/model-files.ts";
import { type PulledFile, pullModel } from "../models/pull-model.ts";
import { interruptible, modelsContext } from "./models-context.ts";
import { ProgressLine } from "./progress-line.ts";
import { UsageError } from "./usage-error.ts";

const CHECKSUM_TEXTS = {
  pinned: "checksum as in the catalogue",
  published: "checksum as the hub publishes it",
  recorded: "nobody publishes a checksum for it, so this first one is recorded",
} as const;

export interface PullOptions {
  readonly envFile: string | undefined;
  readonly name: string | undefined;
  readonly json: boolean;
}

/** `canvuslocallm models pull`. @returns the exit code. */
export function pull(what: string, { envFile, name, json }: PullOptions): Promise<number> {
  return interruptible(async (signal) => {
    const { folder, download } = await modelsContext(envFile);
    const isUrl = /^https?:\/\//i.test(what);
    const sources = isUrl
      ? addressSources(what, name, folder, download.hub)
      : knownSources(what, name, folder, download.hub);
    const line = new ProgressLine(process.stderr, () => performance.now());
    try {
      const files = await pullModel({
        ...{ folder, sources, signal },
        settings: { ...download, onRetry: ({ message }) => line.say(`${message} Trying again …`) },
        // A name of the catalogue always means the catalogue's file.
        replace: !isUrl,
        onProgress: ({ path }, { phase, received, total }) =>
          line.show({
            label: basename(path),
            received,
            total,
            ...(phase === "checking" ? { note: "computing the checksum" } : {}),
          }),
      });
      line.clear();
      process.stdout.write(
        json ? `${JSON.stringify({ folder, files: files.map(asJson) }, null, 2)}\n` : asText(files),
      );
      return 0;
    } finally {
      line.clear();
    }
  });
}

function knownSources(
  what: string,
  name: string | undefined,
  folder: string,
  hub: string,
): readonly FileSource[] {
  if (name !== undefined)
    throw new UsageError("--name is for addresses; a model of the catalogue has its name already.");
  const model = catalogueModel(what);
  if (model !== undefined) return catalogueSources(model, folder, hub);
  throw new AppError("MODEL_UNKNOWN", `The catalogue has no model ${what}.${guessModel(what)}`);
}

function addressSources(
  address: string,
  name: string | undefined,
  folder: string,
  hub: string,
): readonly FileSource[] {
  const parsed = URL.parse(address);
  if (parsed === null || parsed.username !== "" || parsed.password !== "")
    throw new UsageError("Want an address without user name and password; HF_TOKEN is for that.");
  // What the address bar shows on the page of a file.
  const url = address.startsWith(`${hub}/`) ? address.replace("/blob/", "/resolve/") : address;
  const fileName = nameInUrl(url);
  if (name !== undefined) assertModelName(name);
  return urlSources(url, name === undefined ? join(folder, fileName) : modelFile(folder, name));
}

function asText(files: readonly PulledFile[]): string {
  return files
    .map(({ path, bytes, sha256, checksum, wasPresent }) =>
      [
        `${path}  ${humanBytes(bytes)}${wasPresent ? ", was there already" : ""}`,
        `    sha256 ${sha256} (${CHECKSUM_TEXTS[checksum]})`,
        "",
      ].join("\n"),
    )
    .join("");
}

function asJson({ path, bytes, sha256, checksum, wasPresent }: PulledFile) {
  return { path, bytes, sha256, checksum, was_present: wasPresent };
}
