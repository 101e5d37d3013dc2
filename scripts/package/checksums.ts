import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** What people download; everything else in the folder is not theirs. */
const ARTIFACT = /^(canvuslocallm[-_].+\.(tar\.gz|deb|cdx\.json)|CanvusLocalLLM-Setup-.+\.exe)$/;

export const CHECKSUMS = "SHA256SUMS";

/** Writes the sums of all artifacts in a folder, in the form that `sha256sum --check` reads. */
export async function writeChecksums(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => ARTIFACT.test(name)).sort();
  const lines: string[] = [];
  for (const name of names) lines.push(`${await sha256(join(folder, name))}  ${name}\n`);
  await Bun.write(join(folder, CHECKSUMS), lines.join(""));
}

async function sha256(file: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(file).stream()) hasher.update(chunk);
  return hasher.digest("hex");
}
