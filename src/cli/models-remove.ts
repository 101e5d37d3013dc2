import { humanBytes } from "../human-bytes.ts";
import { changeFolder } from "../models/folder-lock.ts";
import { modelFile } from "../models/model-files.ts";
import { removeModel } from "../models/model-folder.ts";
import { modelsContext } from "./models-context.ts";

export interface RemoveOptions {
  readonly envFile: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

/** `canvuslocallm models remove`. @returns the exit code: 1 when the service is set to use it. */
export async function remove(name: string, { envFile, force, json }: RemoveOptions): Promise<number> {
  const { folder, usedFile } = await modelsContext(envFile);
  if (usedFile === modelFile(folder, name) && !force) {
    process.stderr.write(
      `canvuslocallm: The service is set to use ${name}. Give --force to remove it all the same.\n`,
    );
    return 1;
  }
  const bytes = await changeFolder(folder, () => removeModel(folder, name));
  process.stdout.write(
    json
      ? `${JSON.stringify({ name, freed_bytes: bytes })}\n`
      : `${name} is removed, ${humanBytes(bytes)} are free.\n`,
  );
  return 0;
}
