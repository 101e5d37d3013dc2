import { cp, mkdir, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { runScript } from "./build/run-script.ts";
import { type PackageArguments, parsePackageArguments, USAGE } from "./package/arguments.ts";
import { sbomName } from "./package/artifact-names.ts";
import { CHECKSUMS, writeChecksums } from "./package/checksums.ts";
import { makeDebianPackage } from "./package/debian-package.ts";
import { readElfFiles } from "./package/elf-files.ts";
import { requireSystem } from "./package/elf-needs.ts";
import { correctLibraryPaths } from "./package/library-paths.ts";
import { makeProgramTree, SBOM } from "./package/program-tree.ts";
import { sourceDate } from "./package/source-date.ts";
import { makeTarball } from "./package/tarball.ts";
import { makeWindowsSetup } from "./package/windows-setup.ts";

const ROOT = resolve(import.meta.dir, "..");

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function timed(what: string, make: () => Promise<string>): Promise<void> {
  const began = performance.now();
  say(`making the ${what}`);
  const path = await make();
  const megabytes = ((await stat(path)).size / 1e6).toFixed(1);
  say(`made ${basename(path)} (${megabytes} MB) in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

async function packageFor(options: PackageArguments): Promise<void> {
  const epoch = sourceDate(ROOT);
  const work = join(options.outdir, `.package-${options.target}-${options.gpu}`);
  const tree = join(work, "program");
  try {
    await makeProgramTree(ROOT, tree, options, epoch);
    if (options.target === "linux-x64") {
      const nativeFiles = await readElfFiles(tree);
      requireSystem(nativeFiles, options.oldest, say);
      await correctLibraryPaths(tree, nativeFiles);
      await timed("archive", () => makeTarball(ROOT, tree, work, options, epoch));
      await timed("Debian package", () => makeDebianPackage(ROOT, tree, work, options, epoch));
    } else {
      await timed("installer", () => makeWindowsSetup(ROOT, tree, work, options, epoch));
    }
    await cp(join(tree, SBOM), join(options.outdir, sbomName(options.version, options.gpu, options.target)));
    await writeChecksums(options.outdir);
    say(`wrote ${CHECKSUMS}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const options = parsePackageArguments(argv);
  if (options === null) {
    say(USAGE);
    return;
  }
  await mkdir(options.outdir, { recursive: true });
  await packageFor(options);
}

await runScript("package", USAGE, main);
