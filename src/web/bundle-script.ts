import { join } from "node:path";

/**
 * Makes one file of a script for browsers and all that it imports. Imported as a macro, so it runs while bundling and
 * the text lies in the executable. In a process of its own: a bundler cannot be used from within its own run.
 */
export function bundleScript(name: string): string {
  const entry = join(import.meta.dir, "..", "..", "views", "client", name);
  const run = Bun.spawnSync([process.execPath, "build", entry, "--minify", "--target=browser"]);
  if (!run.success) throw new Error(`${name} could not be bundled: ${run.stderr.toString()}`);
  return run.stdout.toString();
}
