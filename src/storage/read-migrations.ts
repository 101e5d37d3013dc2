import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Reads the generated migrations. Imported as a macro, so it runs while bundling and the SQL lies in the executable:
 * an installed service has no drizzle folder to read.
 */
export function readMigrations(): Migration[] {
  const folder = join(import.meta.dir, "..", "..", "drizzle");
  const journal = JSON.parse(readFileSync(join(folder, "meta", "_journal.json"), "utf8"));
  return journal.entries.map((entry: { tag: string }) => ({
    name: entry.tag,
    statements: readFileSync(join(folder, `${entry.tag}.sql`), "utf8").split("--> statement-breakpoint"),
  }));
}
