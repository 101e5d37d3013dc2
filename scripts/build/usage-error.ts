import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** A mistake on the command line; the message is one line for people. */
export class UsageError extends Error {}

/**
 * The values of these options.
 * @throws UsageError for anything that is none of them
 */
export function parseOptions<Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}
