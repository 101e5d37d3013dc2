import { join } from "node:path";
import type { EngineKind } from "./protocol.ts";

/** Where Bun keeps the modules of a compiled executable. */
const EMBEDDED_ROOTS = ["/$bunfs/", "B:/~BUN/", "B:\\~BUN\\"];

/**
 * The command line that starts a runner: this executable again with a hidden command or, when the sources run
 * directly, Bun with the entry file. Never `fork`: in an executable that starts the whole service once more.
 */
export function runnerCommand(kind: EngineKind): readonly string[] {
  const compiled = EMBEDDED_ROOTS.some((root) => import.meta.path.startsWith(root));
  const entry = compiled ? [] : [join(import.meta.dir, "..", "main.ts")];
  return [process.execPath, ...entry, "runner", kind];
}
