import { openDatabase } from "../database.ts";
import { MIGRATIONS } from "../migrate.ts";

const [file = ""] = process.argv.slice(2);

/** Large enough that SQLite writes a part of the transaction to the file before the end. */
const FILL = `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
  INSERT INTO extra SELECT n, randomblob(1000) FROM numbers`;

// A list that ends the process when the migration asks for its third statement.
const statements = ["CREATE TABLE extra (id INTEGER PRIMARY KEY, filler BLOB)", FILL];
const deadly: readonly string[] = Object.assign([...statements], {
  *[Symbol.iterator]() {
    yield* statements;
    process.kill(process.pid, "SIGKILL");
    // The signal takes a moment.
    for (;;) yield "SELECT 1";
  },
});

openDatabase(file, { migrations: [...MIGRATIONS, { name: "deadly", statements: deadly }] });
