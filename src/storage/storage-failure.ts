import { AppError } from "../errors/app-error.ts";

/**
 * What a failed database operation says about the file:
 * - `damaged`: its content is wrong; it must be set aside.
 * - `unwritable`: it cannot be used just now (disk full or read-only, I/O error, locked by another program).
 * - `refused`: the statement itself is at fault; the database is well.
 */
export type StorageFailure = "damaged" | "unwritable" | "refused";

/** Primary result codes of SQLite by name (https://sqlite.org/rescode.html); extended ones begin with them. */
const DAMAGED = ["SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"];
const UNWRITABLE = [
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_READONLY",
  "SQLITE_CANTOPEN",
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_PERM",
  "SQLITE_PROTOCOL",
  "SQLITE_NOMEM",
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EIO",
  "EACCES",
  "EPERM",
  "ENOENT",
  "ENOTDIR",
  "EEXIST",
  "EBUSY",
  "EMFILE",
  "ENFILE",
];

/** Looks through the causes too: libraries wrap SQLite's errors. */
export function classifyFailure(thrown: unknown): StorageFailure {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof AppError && error.code === "STORAGE_DAMAGED") return "damaged";
    if (error instanceof AppError && error.code === "STORAGE_UNAVAILABLE") return "unwritable";
    const code = codeOf(error);
    if (DAMAGED.some((each) => code.startsWith(each))) return "damaged";
    if (UNWRITABLE.some((each) => code.startsWith(each))) return "unwritable";
  }
  return "refused";
}

const CODES = {
  damaged: "STORAGE_DAMAGED",
  unwritable: "STORAGE_UNAVAILABLE",
  refused: "INTERNAL",
} as const;

/** What went wrong with the database, as an error of ours. */
export function toStorageError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = CODES[classifyFailure(thrown)];
  return new AppError(code, `The database could not be used: ${reasonOf(thrown)}.`, { cause: thrown });
}

/** SQLite's or the system's short name of what went wrong; empty when there is none. */
function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The innermost reason in words: what SQLite or the system said. */
export function reasonOf(thrown: unknown): string {
  let reason = thrown;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}
