import { Database } from "bun:sqlite";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { lastingProcesses } from "./processes.ts";
import type { Row } from "./verdict.ts";

/** What may be in the data directory of a service that was stopped. */
const CLEAN = /^(data\.db|service\.lock|logs|models|filler)$/;

/** What a service that was stopped has left behind on its machine, in words; empty when that is nothing. */
export async function findRemains(options: {
  readonly executable: string;
  readonly dataFolder: string;
  readonly temporaryFolder: string;
  /** Processes of this executable that are meant to run. */
  readonly except: readonly number[];
}): Promise<string[]> {
  const remains: string[] = [];
  const orphans = await lastingProcesses(options.executable, options.except);
  if (orphans.length > 0) remains.push(`processes were left behind: ${orphans.join(", ")}`);
  for (const id of orphans) process.kill(id, "SIGKILL");
  const files = (await readdir(options.dataFolder)).filter((name) => !CLEAN.test(name));
  if (files.length > 0) remains.push(`files were left behind: ${files.join(", ")}`);
  const temporary = await readdir(options.temporaryFolder);
  if (temporary.length > 0) remains.push(`temporary files were left behind: ${temporary.join(", ")}`);
  return remains;
}

/** The history as it is on the disk. @throws Error when the database is not sound */
export function readHistory(dataFolder: string): readonly Row[] {
  const database = new Database(join(dataFolder, "data.db"), { readonly: true });
  try {
    const integrity = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
    const words = integrity.map((row) => row.integrity_check).join("; ");
    if (words !== "ok") throw new Error(`the database is damaged: ${words}`);
    return database.query<Row, []>("SELECT * FROM processing_history ORDER BY id").all();
  } finally {
    database.close();
  }
}
