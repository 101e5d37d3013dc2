import { copyFile, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Copies an executable into a folder, with a link to the native files beside it. Known by their path, the processes of
 * one run can be told from any others; and a rebuild meanwhile does no harm.
 *
 * @returns the path of the copy.
 */
export async function privateCopy(original: string, folder: string): Promise<string> {
  const copy = join(folder, "bin", "canvuslocallm");
  await mkdir(dirname(copy));
  await copyFile(original, copy);
  await symlink(join(dirname(original), "lib"), join(dirname(copy), "lib"));
  return copy;
}
