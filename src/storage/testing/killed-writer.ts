import { writeFileSync } from "node:fs";
import { openDatabase } from "../database.ts";

// Ends every live prompt and is killed: the change stands in the log only.
const [file = ""] = process.argv.slice(2);
const { database } = openDatabase(file);
const schema = database.query<{ rootpage: number }, []>(
  "SELECT rootpage FROM sqlite_schema WHERE name = 'processing_history'",
);
writeFileSync(`${file}.root`, String(schema.get()?.rootpage));
database.run("UPDATE processing_history SET status = 'succeeded' WHERE status = 'running'");
process.kill(process.pid, "SIGKILL");
