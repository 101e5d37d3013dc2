import { Database } from "bun:sqlite";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MIGRATIONS } from "../../storage/migrate.ts";
import { type Check, type CheckResult, fail, notChecked, ok, warn } from "../check.ts";
import { humanBytes } from "../human-bytes.ts";

/** SQLite reads some hundred megabytes a second; more than this would keep doctor waiting too long. */
const LARGEST_CHECKED = 1024 ** 3;
const SHOWN_DEFECTS = 3;
const RESTORE = "Stop the service, then `canvuslocallm db check` and `canvuslocallm db restore`.";

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
  try {
    using opened = new Database(path, { readonly: true });
    opened.run("PRAGMA busy_timeout = 2000");
    const version = Number(
      opened.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version,
    );
    const found = `schema ${version}, ${humanBytes(size)}`;
    if (version > MIGRATIONS.length) {
      return {
        status: "fail",
        message: `${path} has schema ${version}, this program knows ${MIGRATIONS.length}: a newer version made it`,
        advice: "Start the newer version again, or restore a backup that was made before the update.",
        code: "STORAGE_MIGRATION_FAILED",
      };
    }
    if (size > LARGEST_CHECKED) {
      return warn(`${found}; too large to be checked here`, "Check it with `canvuslocallm db check`.");
    }
    const rows = opened.query<{ quick_check: string }, []>(`PRAGMA quick_check(${SHOWN_DEFECTS})`).all();
    const defects = rows.map((row) => row.quick_check).filter((text) => text !== "ok");
    if (defects.length > 0) return fail(`${path} is damaged: ${defects.join("; ")}`, RESTORE);
    if (version < MIGRATIONS.length)
      return ok(`sound, ${found}; the next start brings it to schema ${MIGRATIONS.length}`);
    return ok(`sound, ${found}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`${path} cannot be read: ${reason}`, RESTORE);
  }
}
