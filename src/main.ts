import { drainOutput } from "./cli/drain-output.ts";
import { runCli } from "./cli/program.ts";

const exitCode = await runCli(process.argv.slice(2));
await drainOutput();
process.exit(exitCode);
