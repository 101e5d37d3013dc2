import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { runTool } from "../build/run-tool.ts";
import type { PackageArguments } from "./arguments.ts";
import { fullVersion, tarballName } from "./artifact-names.ts";
import { tidy } from "./tidy.ts";

/** The files that install.sh laid down, so that uninstall.sh and an upgrade take away those and no others. */
const FILE_LIST = "installed-files";

/** For any Linux: unpack, then run install.sh, or just the executable. @returns the path of the archive */
export async function makeTarball(
  root: string,
  tree: string,
  work: string,
  { version, gpu, outdir }: PackageArguments,
  epoch: number,
): Promise<string> {
  const folder = join(work, `canvuslocallm-${fullVersion(version, gpu)}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(tree, folder, { recursive: true });
  for (const name of ["install.sh", "uninstall.sh"]) {
    await cp(join(root, "installer/tarball", name), join(folder, name));
  }
  await cp(join(root, "installer/systemd"), join(folder, "systemd"), { recursive: true });
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  await Bun.write(join(folder, FILE_LIST), `${[...files, FILE_LIST].sort().join("\n")}\n`);
  await tidy(folder, epoch);

  const archive = join(outdir, tarballName(version, gpu));
  const bare = archive.replace(/\.gz$/, "");
  const owner = ["--owner=0", "--group=0", "--numeric-owner"];
  const order = ["--sort=name", `--mtime=@${epoch}`, "--format=ustar"];
  await runTool("tar", ["--create", "--file", bare, ...order, ...owner, basename(folder)], work);
  await runTool("gzip", ["--no-name", "--force", bare], work);
  await rm(folder, { recursive: true, force: true });
  return archive;
}
