import type { Database } from "bun:sqlite";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { humanBytes } from "../../human-bytes.ts";
import { inspectFile } from "../../storage/inspect-file.ts";
import { integrityFindings } from "../../storage/integrity-findings.ts";
import { MIGRATIONS } from "../../storage/migrate.ts";
import { readDatabase } from "../../storage/read-database.ts";
import { type Check, type CheckResult, fail, notChecked, ok, warn } from "../check.ts";

/** SQLite reads some hundred megabytes a second; more than this would keep doctor waiting too long. */
const LARGEST_CHECKED = 1024 ** 3;
const SHOWN_DEFECTS = 3;

/** Looks without changing anything, also while the service writes. */
export const database: Check = {
  name: "database",
  title: "Database",
  last: true,
  async run({ settings }) {
    const folder = settings.CANVUSLLM_DATA_DIR;
    if (folder === undefined) return notChecked("CANVUSLLM_DATA_DIR");
    const path = join(folder, "data.db");
    const info = await stat(path).catch((error: NodeJS.ErrnoException) => error);
    if (!(info instanceof Error)) return examine(path, info.size);
    if (info.code === "ENOENT") return ok("none yet; it is made at the first start");
    return fail(
      `${path} cannot be looked at (${info.code})`,
      "Run doctor as the service's user, or give that user the right to read the data folder.",
    );
  },
};

function examine(path: string, size: number): CheckResult {
  const cut = inspectFile(path);
  if (cut !== null) return damaged(path, cut);
  try {
    return readDatabase(path, (opened) => judge(opened, path, size));
  } catch (error) {
    if (error instanceof AppError && error.code === "STORAGE_DAMAGED") return damaged(path, error.message);
    throw error;
  }
}

function judge(opened: Database, path: string, size: number): CheckResult {
  const version = opened.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
  const newest = MIGRATIONS.length;
  if (version > newest) {
    return {
      status: "fail",
      message: `${path} has schema ${version}, this program knows ${newest}: a newer version made it`,
      advice: "Start the newer version again, or restore a backup that was made before the update.",
      code: "STORAGE_MIGRATION_FAILED",
    };
  }
  const found = `schema ${version}, ${humanBytes(size)}`;
  if (size > LARGEST_CHECKED) {
    return warn(`${found}; too large to be checked here`, "Check it with `canvuslocallm db check`.");
  }
  const defects = integrityFindings(opened, SHOWN_DEFECTS);
  if (defects.length > 0) return damaged(path, defects.join("; "));
  const later = version < newest ? `; the next start brings it to schema ${newest}` : "";
  return ok(`sound, ${found}${later}`);
}

function damaged(path: string, how: string): CheckResult {
  return {
    status: "fail",
    message: `${path} is damaged: ${how}`,
    advice:
      "Restart the service: it sets the damaged file aside and saves every row that can be read. Then look for the cause: disk, power, full disk.",
    code: "STORAGE_DAMAGED",
  };
}
