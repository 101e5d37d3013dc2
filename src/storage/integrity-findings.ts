import type { Database } from "bun:sqlite";

/** Reads the whole file. @returns what is wrong, at most `limit` findings in SQLite's words; nothing when all is well */
export function integrityFindings(database: Database, limit: number): string[] {
  const rows = database.prepare<{ integrity_check: string }, []>(`PRAGMA integrity_check(${limit})`).all();
  return rows.map((row) => row.integrity_check).filter((finding) => finding !== "ok");
}
