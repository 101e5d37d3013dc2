import { posix } from "node:path";
import { BASICS, ROOMS } from "./rooms.ts";

const IMPORT = /(?:\bfrom|\bimport\(?)\s*"(\.[^"]+\.tsx?)"/g;
const NAMES = Object.keys(ROOMS);

/**
 * What a file of `src/` or `views/` imports and should not.
 * @param path of the file, from the root of the repository, with slashes
 * @returns one sentence for each
 */
export function wrongImports(path: string, source: string): readonly string[] {
  if (isOfTests(path)) return [];
  return [...source.matchAll(IMPORT)].flatMap(([, name = ""]) => {
    const target = posix.join(posix.dirname(path), name);
    const reason = whyNot(path, target);
    return reason === null ? [] : [`${path} imports ${target}: ${reason}`];
  });
}

/** Tests may import whatever they prove something about, and nobody imports them. */
function isOfTests(path: string): boolean {
  return /\.test\.tsx?$|\/testing\/|^src\/e2e\//.test(path);
}

function whyNot(path: string, target: string): string | null {
  if (isOfTests(target)) return "that is for tests";
  const [from, to] = [roomOf(path), roomOf(target)];
  if (from === null) return `${path} is in no part that rooms.ts knows`;
  if (to === null) return `${target} is in no part that rooms.ts knows`;
  if (from === to) return null;
  const allowed = [...BASICS, ...(ROOMS[from] ?? [])];
  const isAllowed = allowed.some((entry) => entry === to || entry === withoutRoot(target));
  return isAllowed && NAMES.indexOf(to) < NAMES.indexOf(from) ? null : `${from} may not import ${to}`;
}

/** The pages in `views/` are the web server's. */
function roomOf(path: string): string | null {
  if (path.startsWith("views/")) return "web";
  const rest = withoutRoot(path);
  const fitting = NAMES.filter((name) => rest === name || rest.startsWith(`${name}/`));
  return fitting.sort((a, b) => b.length - a.length)[0] ?? null;
}

function withoutRoot(path: string): string {
  return path.replace(/^src\//, "");
}
