import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../build/build-error.ts";
import type { PackageArguments } from "./arguments.ts";
import { bundledComponents } from "./components.ts";
import { layDocumentation } from "./documentation.ts";
import { thirdPartyLicences } from "./licences.ts";
import { cycloneDx } from "./sbom.ts";

export const SBOM = "sbom.cdx.json";

/**
 * Lays everything that a user gets into a folder: what `bun run build` makes, and the papers.
 * @throws BuildError
 */
export async function makeProgramTree(
  root: string,
  folder: string,
  options: PackageArguments,
  epoch: number,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const metafile = `${folder}.metafile.json`;
  const { target, gpu, version } = options;
  const choices = ["--target", target, "--gpu", gpu, "--version", version];
  const build = Bun.spawn(
    [
      process.execPath,
      join(root, "scripts/build.ts"),
      ...choices,
      "--outdir",
      folder,
      "--metafile",
      metafile,
    ],
    { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit" },
  );
  if ((await build.exited) !== 0) throw new BuildError("the program could not be built; see above");

  for (const name of ["LICENSE", ".env.example"]) await cp(join(root, name), join(folder, name));
  await layDocumentation(root, folder);
  await copyIfPresent(join(root, "installer/canvus-menu"), join(folder, "canvus-menu"));
  const components = await bundledComponents(root, folder, metafile);
  await rm(metafile);
  await Bun.write(join(folder, "THIRD-PARTY-LICENSES.txt"), thirdPartyLicences(components));
  await Bun.write(join(folder, SBOM), cycloneDx(components, options, epoch));
}

async function copyIfPresent(from: string, to: string): Promise<void> {
  const isThere = await readdir(from).then(
    () => true,
    () => false,
  );
  if (isThere) await cp(from, to, { recursive: true });
}
