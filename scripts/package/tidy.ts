import { chmod, readdir, utimes } from "node:fs/promises";
import { join, relative } from "node:path";

const EXECUTABLES = /^(canvuslocallm|install\.sh|uninstall\.sh|preinst|postinst|prerm|postrm)$/;

/**
 * Gives everything in a folder the modes and the time that it has in every build, whatever the umask and the clock.
 * @param special modes of files that are not as usual, by path below the folder
 */
export async function tidy(
  folder: string,
  epoch: number,
  special: Readonly<Record<string, number>> = {},
): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const usual = entry.isDirectory() || EXECUTABLES.test(entry.name) ? 0o755 : 0o644;
    await chmod(path, special[relative(folder, path)] ?? usual);
    await utimes(path, epoch, epoch);
  }
  await chmod(folder, 0o755);
  await utimes(folder, epoch, epoch);
}
