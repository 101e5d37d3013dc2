import { DataDirLock } from "../data-dir-lock.ts";

const [folder = ""] = process.argv.slice(2);
const lock = new DataDirLock(folder, "a test");
lock.acquire();
process.stdout.write("locked\n");
// Until it is killed. A lock that nobody refers to would be given back with the rest of the garbage.
setInterval(() => lock.held, 60_000);
