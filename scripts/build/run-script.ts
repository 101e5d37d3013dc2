import { BuildError } from "./build-error.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Runs the main function of a script. What people can put right becomes one line on stderr: exit code 2 for a mistake
 * on the command line, with the usage, 1 for everything else.
 */
export async function runScript(
  name: string,
  usage: string,
  main: (argv: readonly string[]) => Promise<void>,
): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    const isUsage = error instanceof UsageError;
    if (!isUsage && !(error instanceof BuildError)) throw error;
    process.stderr.write(`${name}: ${error.message}${isUsage ? `; ${usage}` : ""}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}
