import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "../build/run-tool.ts";
import type { PackageArguments } from "./arguments.ts";
import { fullVersion, setupName } from "./artifact-names.ts";
import { certificate, signFile, signingCommand } from "./sign-windows.ts";

/** The uninstaller, and the installer of a later version, delete what it names. */
const FILE_LIST = "installed-files.txt";
const SIGNED = ["canvuslocallm.exe", "canvuslocallm-service.exe"];

/**
 * The installer, made with NSIS. With a certificate the program, the uninstaller and the installer are signed.
 * @returns its path
 */
export async function makeWindowsSetup(
  root: string,
  tree: string,
  work: string,
  options: PackageArguments,
  epoch: number,
): Promise<string> {
  const { version, gpu, outdir } = options;
  const signing = await certificate(work);
  if (signing !== null) for (const name of SIGNED) await signFile(join(tree, name), signing);

  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = (isWanted: (entry: (typeof entries)[number]) => boolean) =>
    entries
      .filter(isWanted)
      .map(({ parentPath, name }) => join(parentPath, name).slice(tree.length + 1))
      .sort();
  const files = paths((entry) => entry.isFile());
  const folders = paths((entry) => entry.isDirectory());
  // The deepest first, so that each is empty when its turn comes.
  const listed = [...files, ...folders.reverse().map((path) => `${path}/`)].map((path) =>
    path.replaceAll("/", "\\"),
  );
  await Bun.write(join(work, FILE_LIST), `${listed.join("\r\n")}\r\n`);
  await Bun.write(join(work, "files.nsh"), installCommands(tree, work, files));
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(tree, path))).size));

  const result = join(outdir, setupName(version, gpu));
  const definitions = {
    VERSION: fullVersion(version, gpu),
    NUMERIC_VERSION: `${version.replace(/-.*/, "")}.0`,
    RESULT: result,
    PROGRAM: tree,
    FILES: join(work, "files.nsh"),
    ICON: join(root, "installer/windows/canvuslocallm.ico"),
    SIDE_PICTURE: join(root, "installer/windows/side-picture.bmp"),
    KILOBYTES: String(Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024)),
    ...(signing === null ? {} : { SIGN: signingCommand(signing) }),
  };
  const defines = Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
  const script = join(root, "installer/windows/setup.nsi");
  await runTool("makensis", ["-V2", "-WX", ...defines, script], work, { SOURCE_DATE_EPOCH: String(epoch) });
  if (signing !== null) await signFile(result, signing);
  return result;
}

/** In an order that is the same in every build; NSIS itself would take the one of the disk. */
function installCommands(tree: string, work: string, files: readonly string[]): string {
  const lines = files.flatMap((path) => {
    const folder = path.includes("/")
      ? `\\${path.slice(0, path.lastIndexOf("/")).replaceAll("/", "\\")}`
      : "";
    return [`  SetOutPath "$INSTDIR${folder}"`, `  File "${join(tree, path)}"`];
  });
  const list = [`  SetOutPath "$INSTDIR"`, `  File "${join(work, FILE_LIST)}"`];
  return ["!macro INSTALL_FILES", ...lines, ...list, "!macroend", ""].join("\n");
}
