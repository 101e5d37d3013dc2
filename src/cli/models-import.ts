import { basename } from "node:path";
import { humanBytes } from "../human-bytes.ts";
import { type ImportedFile, importModel } from "../models/import-model.ts";
import { interruptible, modelsContext } from "./models-context.ts";
import { ProgressLine } from "./progress-line.ts";

export interface ImportOptions {
  readonly envFile: string | undefined;
  readonly name: string | undefined;
  readonly asLink: boolean;
  readonly json: boolean;
}

/** `canvuslocallm models import`. @returns the exit code. */
export function importFile(file: string, options: ImportOptions): Promise<number> {
  const { envFile, name, asLink, json } = options;
  return interruptible(async (signal) => {
    const { folder, download } = await modelsContext(envFile);
    const line = new ProgressLine(process.stderr, () => performance.now());
    try {
      const files = await importModel({
        ...{ folder, file, name, asLink, signal, marginBytes: download.marginBytes },
        onProgress: (received, total) => line.show({ label: basename(file), received, total }),
      });
      line.clear();
      process.stdout.write(json ? `${JSON.stringify({ folder, files }, null, 2)}\n` : asText(files));
      return 0;
    } finally {
      line.clear();
    }
  });
}

function asText(files: readonly ImportedFile[]): string {
  return files
    .map(({ path, bytes, sha256, checksum }) => {
      const compared = checksum === "pinned" ? "checksum as in the catalogue" : "recorded";
      return `${path}  ${humanBytes(bytes)}\n    sha256 ${sha256} (${compared})\n`;
    })
    .join("");
}
