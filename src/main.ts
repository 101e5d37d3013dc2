import { buildInfo } from "./build-info.ts";
import { runRunner } from "./cli/runner.ts";
import { unpackDemoModel } from "./models/builtin-demo.ts";

const [command, ...rest] = process.argv.slice(2);
if (command === "runner") process.exitCode = await runRunner(rest);
else if (command === "unpack") process.stdout.write(`${await unpackDemoModel(rest[0] ?? ".")}\n`);
else process.stdout.write(`${buildInfo.version} ${buildInfo.commit}\n`);
