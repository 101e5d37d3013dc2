import { access, constants, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";

interface EnvFileEntry {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

export interface EnvFile {
  readonly path: string;
  readonly directory: string;
  readonly entries: readonly EnvFileEntry[];
  readonly mistakes: readonly EnvFileMistake[];
}

interface EnvFileMistake {
  readonly line: number;
  /** Completes the sentence "line N …". */
  readonly message: string;
}

/** A file that is there, or was asked for, and cannot be used. */
export interface EnvFileFailure {
  readonly path: string;
  /** Completes the sentence "PATH …". */
  readonly failure: string;
}

export interface EnvFilePlaces {
  /** Asked for by `--env-file`: it must exist. */
  readonly requested?: string | undefined;
  /** Folders in which a `.env` is looked for, the first one found is read. Never the working directory. */
  readonly directories: readonly string[];
  /** Files that are read when there is none in those folders; again the first one found. */
  readonly last?: readonly string[];
}

/** Settings are a page or two; whatever is larger is another file given by mistake. */
const MAX_BYTES = 1024 * 1024;
const MORE_RIGHTS =
  process.platform === "win32" ? "use a terminal as administrator" : "put sudo before the command";

/** Finds and reads the .env file. @returns undefined when none was asked for and none is there. */
export async function readEnvFile(places: EnvFilePlaces): Promise<EnvFile | EnvFileFailure | undefined> {
  if (places.requested !== undefined) {
    const path = resolve(places.requested);
    return (await tryRead(path)) ?? { path, failure: "does not exist" };
  }
  const usual = places.directories.map((directory) => join(directory, ".env"));
  for (const path of [...usual, ...(places.last ?? [])]) {
    const file = await tryRead(path);
    // In a folder that is closed to this user nothing was meant for them: the home of whoever called sudo, say.
    if (file !== undefined && (await isOpen(dirname(path)))) return file;
  }
  return undefined;
}

async function isOpen(folder: string): Promise<boolean> {
  return access(folder, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function tryRead(path: string): Promise<EnvFile | EnvFileFailure | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_BYTES) return { path, failure: "is larger than 1 MiB; is it really a .env file?" };
    return parseEnvFile(path, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR") return { path, failure: "is a folder, not a file" };
    if (code === "EACCES" || code === "EPERM")
      return { path, failure: `may not be read by this user; ${MORE_RIGHTS}` };
    if (error instanceof TypeError) return { path, failure: "is not UTF-8 text" };
    return { path, failure: `cannot be read (${String(code ?? error)})` };
  }
}

/** The values are the runtime's own reading; the scan beside it only adds line numbers and finds mistakes. */
export function parseEnvFile(path: string, text: string): EnvFile {
  const values = parseEnv(text);
  const lines = new Map<string, number>();
  const mistakes: EnvFileMistake[] = [];
  let openQuote: string | undefined;
  for (const [index, content] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    if (openQuote !== undefined) {
      if (content.includes(openQuote)) openQuote = undefined;
      continue;
    }
    if (/^\s*(#|$)/.test(content)) continue;
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/.exec(content);
    if (match === null) {
      mistakes.push({ line, message: "is not NAME=value" });
      continue;
    }
    const [, name = "", rest = ""] = match;
    const earlier = lines.get(name);
    if (earlier !== undefined) mistakes.push({ line, message: `sets ${name} again, after line ${earlier}` });
    lines.set(name, line);
    const quote = /^["'`]/.exec(rest)?.[0];
    if (quote === undefined) {
      // Without quotes everything from the # on is a comment, which silently shortens passwords.
      if (/^[^#]*[^\s#]#/.test(rest))
        mistakes.push({ line, message: `has a # inside the value of ${name}; put the value in quotes` });
      continue;
    }
    if (rest.indexOf(quote, 1) >= 0) continue;
    if (values[name]?.startsWith(quote)) {
      mistakes.push({ line, message: `opens a quote (${quote}) for ${name} and never closes it` });
      continue;
    }
    openQuote = quote;
  }
  const entries = [...lines].map(([name, line]) => ({ name, line, value: values[name] ?? "" }));
  return { path, directory: dirname(path), entries, mistakes };
}
