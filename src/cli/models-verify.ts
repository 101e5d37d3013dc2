import { basename } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { storedModels } from "../models/model-folder.ts";
import { type VerifiedFile, verifyFile } from "../models/verify-model.ts";
import { interruptible, modelsContext } from "./models-context.ts";
import { ProgressLine } from "./progress-line.ts";

export interface VerifyOptions {
  readonly envFile: string | undefined;
  readonly json: boolean;
}

/** `canvuslocallm models verify`. @returns the exit code: 1 when a file is damaged. */
export function verify(name: string | undefined, { envFile, json }: VerifyOptions): Promise<number> {
  return interruptible(async (signal) => {
    const { folder } = await modelsContext(envFile);
    const stored = await storedModels(folder);
    const chosen = stored.filter((model) => name === undefined || model.name === name);
    if (chosen.length === 0 && name !== undefined)
      throw new AppError("MODEL_UNKNOWN", `There is no model ${name} in ${folder}.`);
    const files = chosen.flatMap((model) => model.files).filter(({ unfinished }) => unfinished === null);
    const line = new ProgressLine(process.stderr, () => performance.now());
    const results: VerifiedFile[] = [];
    try {
      for (const { path, bytes } of files) {
        const onProgress = (received: number) =>
          line.show({ label: basename(path), note: "reading", received, total: bytes });
        const result = await verifyFile(path, onProgress, signal);
        results.push(result);
        line.clear();
        if (!json) process.stdout.write(asText(result));
      }
    } finally {
      line.clear();
    }
    if (json) process.stdout.write(`${JSON.stringify({ folder, files: results.map(asJson) }, null, 2)}\n`);
    else if (files.length === 0)
      process.stdout.write(
        `There are no models in ${folder}. \`canvuslocallm models list\` shows which can be had.\n`,
      );
    return results.every(({ isSound }) => isSound) ? 0 : 1;
  });
}

function asText({ path, isSound, sha256, checksum, problem }: VerifiedFile): string {
  if (!isSound) return `damaged  ${path}\n         ${problem}\n         → remove it and get it again\n`;
  const compared = checksum === "none" ? `; no checksum is recorded, it is ${sha256}` : "";
  return `sound    ${path}${compared}\n`;
}

function asJson({ path, isSound, sha256, checksum, problem }: VerifiedFile) {
  return { path, sound: isSound, sha256, checksum, problem };
}
