import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "../build/run-tool.ts";
import type { PackageArguments } from "./arguments.ts";
import { debianVersion, debName } from "./artifact-names.ts";
import { changelog, control, copyright } from "./debian-papers.ts";
import { tidy } from "./tidy.ts";

/**
 * Not /opt: that is for what comes from outside a distribution's packages, and Debian's policy keeps packages out of it.
 * Executable and native files belong together and are for this machine's processor: /usr/lib.
 */
const PROGRAM = "usr/lib/canvuslocallm";
/** Debian 11 reads no units in /usr/lib; on newer systems /lib is the same folder. */
const UNITS = "lib/systemd/system";
const DOCUMENTS = "usr/share/doc/canvuslocallm";
const OVERRIDES = "usr/share/lintian/overrides/canvuslocallm";
const SETTINGS = "etc/canvuslocallm/canvuslocallm.env";

/** @returns the path of the package */
export async function makeDebianPackage(
  root: string,
  tree: string,
  work: string,
  options: PackageArguments,
  epoch: number,
): Promise<string> {
  const { version, gpu, outdir } = options;
  const folder = join(work, "deb");
  await rm(folder, { recursive: true, force: true });
  const at = (...path: string[]) => join(folder, ...path);

  await cp(tree, at(PROGRAM), { recursive: true });
  await mkdir(at(DOCUMENTS, "examples"), { recursive: true });
  for (const name of ["README.md", "docs", "THIRD-PARTY-LICENSES.txt", "sbom.cdx.json"]) {
    await rename(at(PROGRAM, name), at(DOCUMENTS, name));
  }
  await rename(at(PROGRAM, ".env.example"), at(DOCUMENTS, "examples/canvuslocallm.env"));
  await rm(at(PROGRAM, "LICENSE"));
  await Bun.write(at(DOCUMENTS, "copyright"), await copyright(root));
  await Bun.write(at(DOCUMENTS, "changelog"), changelog(debianVersion(version, gpu), epoch));
  for (const name of ["changelog", "THIRD-PARTY-LICENSES.txt"]) {
    await runTool("gzip", ["--no-name", "-9", name], at(DOCUMENTS));
  }
  await mkdir(at("usr/bin"), { recursive: true });
  await symlink("../lib/canvuslocallm/canvuslocallm", at("usr/bin/canvuslocallm"));
  const unit = await readFile(join(root, "installer/systemd/canvuslocallm.service"), "utf8");
  await Bun.write(at(UNITS, "canvuslocallm.service"), unit.replaceAll("/opt/canvuslocallm/", `/${PROGRAM}/`));
  await Bun.write(at(SETTINGS), Bun.file(join(root, "installer/deb/canvuslocallm.env")));
  const overrides = ["lintian-overrides", ...(gpu === "none" ? [] : ["lintian-overrides-gpu"])];
  const texts = overrides.map((name) => readFile(join(root, "installer/deb", name), "utf8"));
  await Bun.write(at(OVERRIDES), (await Promise.all(texts)).join(""));

  const files = await regularFiles(folder);
  const sizes = await Promise.all(files.map(async (path) => (await stat(at(path))).size));
  const kilobytes = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024);
  await Bun.write(at("DEBIAN/md5sums"), await md5sums(folder, files));
  await Bun.write(at("DEBIAN/control"), control(options, kilobytes));
  await Bun.write(at("DEBIAN/conffiles"), `/${SETTINGS}\n`);
  for (const script of ["postinst", "prerm", "postrm"]) {
    await cp(join(root, "installer/deb", script), at("DEBIAN", script));
  }
  await tidy(folder, epoch, { [SETTINGS]: 0o640, [OVERRIDES]: 0o644 });

  const archive = join(outdir, debName(version, gpu));
  // The dpkg of Debian 11 reads no zstd; xz takes ten times as long for a tenth less.
  await runTool("dpkg-deb", ["--root-owner-group", "-Zgzip", "-z6", "--build", folder, archive], work, {
    SOURCE_DATE_EPOCH: String(epoch),
  });
  await rm(folder, { recursive: true, force: true });
  return archive;
}

async function regularFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

async function md5sums(folder: string, files: readonly string[]): Promise<string> {
  const listed = files.filter((path) => path !== SETTINGS);
  const lines: string[] = [];
  for (const path of listed) {
    const hasher = new Bun.CryptoHasher("md5");
    for await (const chunk of Bun.file(join(folder, path)).stream()) hasher.update(chunk);
    lines.push(`${hasher.digest("hex")}  ${path}\n`);
  }
  return lines.join("");
}
