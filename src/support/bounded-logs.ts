import { open } from "node:fs/promises";
import { basename } from "node:path";
import { listLogFiles } from "../observability/log-folder.ts";

/** Enough for some days of a busy service; packed it is a tenth, so that it can go by mail. */
const MAX_LOG_BYTES = 20 * 1024 * 1024;

/**
 * The latest entries of the log files, oldest file first, by file name; nothing when there are no files.
 * @param clean what is done to each line
 */
export async function boundedLogs(
  directory: string,
  clean: (line: string) => string,
  maxBytes = MAX_LOG_BYTES,
): Promise<Map<string, string>> {
  const files = await listLogFiles(directory).catch((): string[] => []);
  const kept: [string, string][] = [];
  let room = maxBytes;
  for (const path of files.toReversed()) {
    if (room <= 0) break;
    const text = await readEnd(path, room);
    room -= Buffer.byteLength(text);
    const lines = text.split("\n").map((line) => (line === "" ? "" : clean(line)));
    kept.unshift([basename(path), lines.join("\n")]);
  }
  return new Map(kept);
}

/** Whole lines only. */
async function readEnd(path: string, maxBytes: number): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, maxBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const text = buffer.toString("utf8", 0, bytesRead);
    return length < size ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    await handle.close();
  }
}
