import { dirname, join } from "node:path";

/** Folder beside the executable with the library that draws; the build lays it there when it has one. */
export const IMAGE_LIBRARY_FOLDER = "lib/stable-diffusion";

/** Name of the library on a system. */
export const IMAGE_LIBRARY_NAMES = {
  "linux-x64": "libcanvuslocallm-sd.so",
  "windows-x64": "canvuslocallm-sd.dll",
} as const;

/** Where the library lies that came with this program, if one came with it. */
export function bundledImageLibrary(): string {
  const target = process.platform === "win32" ? "windows-x64" : "linux-x64";
  return join(dirname(process.execPath), IMAGE_LIBRARY_FOLDER, IMAGE_LIBRARY_NAMES[target]);
}
