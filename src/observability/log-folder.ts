import { open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/schema.ts";

/** What the files of the log are called: the day they were begun, in local time, and a number. */
const LOG_FILE = /^canvuslocallm\.(\d{4}-\d\d-\d\d)\.(\d+)\.log$/;

/** An entry is at most 32 KB of text; a torn one is found within this. */
const TAIL_BYTES = 256 * 1024;

/** The folder of the log files. */
export function logDirectory(config: Pick<Config, "CANVUSLLM_LOG_DIR" | "CANVUSLLM_DATA_DIR">): string {
  return config.CANVUSLLM_LOG_DIR ?? join(config.CANVUSLLM_DATA_DIR, "logs");
}

/** The files of the log in a folder, oldest first. Other files there are left alone. */
export async function listLogFiles(directory: string): Promise<string[]> {
  const found: { readonly name: string; readonly day: string; readonly number: number }[] = [];
  for (const name of await readdir(directory)) {
    const match = LOG_FILE.exec(name);
    if (match) found.push({ name, day: match[1] ?? "", number: Number(match[2]) });
  }
  found.sort((a, b) => a.day.localeCompare(b.day) || a.number - b.number);
  return found.map(({ name }) => join(directory, name));
}

/** Removes the oldest files of the log until `keep` are left. */
export async function removeOldLogFiles(directory: string, keep: number): Promise<void> {
  const files = await listLogFiles(directory);
  await Promise.all(files.slice(0, Math.max(0, files.length - keep)).map((file) => unlink(file)));
}

/** A full disk or a power cut leaves half an entry at the end; whatever came after it would be unreadable as well. */
export async function removeTornEntry(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const tail = Buffer.alloc(length);
    await handle.read(tail, 0, length, size - length);
    const lineEnd = tail.lastIndexOf("\n");
    if (lineEnd !== length - 1) await handle.truncate(size - length + lineEnd + 1);
  } finally {
    await handle.close();
  }
}
