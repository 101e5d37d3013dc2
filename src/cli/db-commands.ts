import { type Command, Option } from "commander";
import { examples } from "./examples.ts";

/** `canvuslocallm db …`: looks after the database, beside a running service where that is safe. */
export function addDatabaseCommands(program: Command, finish: (exitCode: number) => void): void {
  const db = program
    .command("db")
    .description("Check, back up, shrink or measure the database.")
    .addHelpText(
      "after",
      `\nTo restore a backup: stop the service, move data.db, data.db-wal and data.db-shm
of the data directory away, copy the backup there as data.db, make it the
service user's own (chown, chmod 600), start the service.`,
    );
  const envFile = () =>
    new Option("--env-file <file>", "Read settings from this file instead of the usual .env.");

  db.command("check")
    .description("Read the whole database and say whether it is well. Exits with 1 when it is damaged.")
    .addOption(envFile())
    .action(async (options: { envFile?: string }) => {
      const { checkDatabase } = await import("./db.ts");
      finish(await checkDatabase(options.envFile));
    });

  db.command("backup <file>")
    .description("Write a checked copy of the database. Safe while the service runs.")
    .addOption(envFile())
    .option("--force", "Replace the file when it exists.")
    .addHelpText(
      "after",
      examples([["canvuslocallm db backup /media/backup/canvuslocallm.db", "While the service runs."]]),
    )
    .action(async (file: string, options: { envFile?: string; force?: true }) => {
      const { backUpDatabase } = await import("./db.ts");
      finish(await backUpDatabase(file, { envFile: options.envFile, force: options.force === true }));
    });

  db.command("vacuum")
    .description(
      "Give unused space back to the disk. The service must not run; needs as much free space again.",
    )
    .addOption(envFile())
    .action(async (options: { envFile?: string }) => {
      const { vacuum } = await import("./db.ts");
      finish(await vacuum(options.envFile));
    });

  db.command("stats")
    .description("Show sizes, rows and times.")
    .addOption(envFile())
    .option("--json", "Print one JSON object.")
    .action(async (options: { envFile?: string; json?: true }) => {
      const { showStats } = await import("./db.ts");
      finish(await showStats(options.envFile, options.json === true));
    });
}
