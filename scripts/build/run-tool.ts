import { BuildError } from "./build-error.ts";

/** So much of a failed tool's words is shown. */
const LAST_LINES = 15;

/**
 * Runs a program to its end. @returns what it wrote to its standard output
 * @throws BuildError with the last it said
 */
export async function runTool(
  tool: string,
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  if (Bun.which(tool) === null) throw new BuildError(`${tool} is needed and not installed`);
  const child = Bun.spawn([tool, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) === 0) return output;
  const said = `${output}\n${complaint}`.trim().split("\n").slice(-LAST_LINES).join("\n");
  throw new BuildError(`${tool} ${args.join(" ")} failed:\n${said}`);
}
