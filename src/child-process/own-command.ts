import { join } from "node:path";

/** Where Bun keeps the modules of a compiled executable. */
const EMBEDDED_ROOTS = ["/$bunfs/", "B:/~BUN/", "B:\\~BUN\\"];

/**
 * The command line of this program with a hidden command: this executable or, when the sources run directly, Bun with
 * the entry file. Never `fork`: in an executable that starts the whole service once more.
 */
export function ownCommand(...args: readonly string[]): readonly string[] {
  const compiled = EMBEDDED_ROOTS.some((root) => import.meta.path.startsWith(root));
  const entry = compiled ? [] : [join(import.meta.dir, "..", "main.ts")];
  return [process.execPath, ...entry, ...args];
}
