// Run by at-exit.test.ts, which stops it: a whole service, which says who is in it, and then waits for ever.
// It listens to signals itself (signal-exit, by way of proper-lockfile) and leaves the end to other listeners.
import "node-llama-cpp";
import { Harness } from "./harness.ts";

const harness = await Harness.start();
const service = await harness.runReady();
const own = await Bun.file(`/proc/${process.pid}/task/${process.pid}/children`).text();
const pids = [...own.trim().split(/\s+/).map(Number), ...(await service.children())];
process.stdout.write(`${JSON.stringify({ pids, folder: harness.folder })}\n`);
if (process.argv[2] === "fail") throw new Error("this program fails");
await Promise.withResolvers().promise;
