import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Data, NtExecutable, NtExecutableResource, Resource } from "resedit";
import { fetchPackages } from "./fetch-packages.ts";

/** American English, Unicode: what Windows shows to everybody when there is nothing else. */
const LANGUAGE = { lang: 0x409, codepage: 1200 };

/**
 * Bun's runtime for Windows with our icon and version in place of Bun's. The bundler can set them on Windows only; here
 * the same is done to the runtime before it is put together with the program.
 * @returns the path of the file
 * @throws BuildError
 */
export async function windowsRuntime(root: string, folder: string, version: string): Promise<string> {
  const bun = `@oven/bun-windows-x64`;
  const tools = join(root, ".tools", "native", `bun-windows-x64-${Bun.version}`);
  const source = join(tools, "node_modules", bun, "bin/bun.exe");
  if (!(await Bun.file(source).exists())) await fetchPackages(tools, [`${bun}@${Bun.version}`], "win32");

  // It is signed by Bun's authors, which no longer holds for what we change.
  const executable = NtExecutable.from(await readFile(source), { ignoreCert: true });
  const resources = NtExecutableResource.from(executable);
  await setIcon(root, resources);
  setVersion(resources, version);
  resources.outputResource(executable);
  const result = join(folder, "bun-runtime.exe");
  await mkdir(folder, { recursive: true });
  await writeFile(`${result}.new`, new Uint8Array(executable.generate()));
  await rename(`${result}.new`, result);
  return result;
}

async function setIcon(root: string, { entries }: NtExecutableResource): Promise<void> {
  const file = Data.IconFile.from(await readFile(join(root, "installer/windows/canvuslocallm.ico")));
  const images = file.icons.map(({ data }) => data);
  for (const group of Resource.IconGroupEntry.fromEntries(entries)) {
    Resource.IconGroupEntry.replaceIconsForResource(entries, group.id, group.lang, images);
  }
}

function setVersion(resources: NtExecutableResource, version: string): void {
  const [info] = Resource.VersionInfo.fromEntries(resources.entries);
  if (info === undefined) throw new Error("Bun's runtime for Windows has no version to replace");
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  info.setFileVersion(major, minor, patch, 0, LANGUAGE.lang);
  info.setProductVersion(major, minor, patch, 0, LANGUAGE.lang);
  info.setStringValues(LANGUAGE, {
    CompanyName: "CanvusLocalLLM",
    FileDescription: "CanvusLocalLLM",
    FileVersion: version,
    InternalName: "canvuslocallm",
    LegalCopyright: "MIT License",
    OriginalFilename: "canvuslocallm.exe",
    ProductName: "CanvusLocalLLM",
    ProductVersion: version,
  });
  info.outputToResourceEntries(resources.entries);
}
