import { DataDirLock } from "../data-dir-lock.ts";

const [folder = ""] = process.argv.slice(2);
new DataDirLock(folder, "a test").acquire();
process.stdout.write("locked\n");
// Until it is killed.
setInterval(() => undefined, 60_000);
