import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { giveToFolderOwner, removeOld } from "./download/disk.ts";

const LINE = /^([0-9a-f]{64}) [ *]/m;
const MAX_BYTES = 4096;

/** The checksum of a file stands beside it, in the form that `sha256sum --check` reads. */
function recordPath(path: string): string {
  return `${path}.sha256`;
}

/** @param origin where the file and its checksum come from, one line for people */
export async function writeRecord(path: string, sha256: string, origin: string): Promise<void> {
  const temporary = `${recordPath(path)}.new`;
  await removeOld(temporary);
  const text = `# ${origin.replace(/\s+/g, " ")}\n${sha256}  ${basename(path)}\n`;
  await writeFile(temporary, text, { flag: "wx" });
  await giveToFolderOwner(temporary);
  await rename(temporary, recordPath(path));
}

/** @returns null when there is none that can be read */
export async function readRecord(path: string): Promise<string | null> {
  const text = await readFile(recordPath(path), "utf8").catch(() => "");
  return text.length > MAX_BYTES ? null : (LINE.exec(text)?.[1] ?? null);
}

export async function removeRecord(path: string): Promise<void> {
  await rm(recordPath(path), { force: true });
}
