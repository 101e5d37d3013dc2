import { AppError } from "../errors/app-error.ts";
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

/** `canvuslocallm models remove`. @returns the exit code. */
export async function remove(name: string, { envFile, force, json }: RemoveOptions): Promise<number> {
  const { folder, usedFile } = await modelsContext(envFile);
  if (usedFile === modelFile(folder, name) && !force)
    throw new AppError(
      "CONFIG_INVALID",
      `The service is set to use ${name}; --force removes it all the same.`,
    );
  const bytes = await changeFolder(folder, () => removeModel(folder, name));
  process.stdout.write(
    json
      ? `${JSON.stringify({ name, freed_bytes: bytes })}\n`
      : `${name} is removed, ${humanBytes(bytes)} are free.\n`,
  );
  return 0;
}
