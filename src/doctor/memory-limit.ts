import { readFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";

export interface MemoryLimit {
  readonly bytes: number;
  /** True when a container or the service manager allows less than the machine has. */
  readonly isCgroup: boolean;
}

/**
 * How much memory this process and its children may use: the machine's, or less inside a control group (version 2 or
 * 1; a limit of any parent group counts too).
 *
 * @param root the file system's root, for tests
 */
export async function memoryLimit(root = "/"): Promise<MemoryLimit> {
  const limits = await Promise.all((await limitFiles(root)).map(readLimit));
  const bytes = Math.min(totalmem(), ...limits);
  return { bytes, isCgroup: bytes < totalmem() };
}

/** What can be used without swapping, or null where the system does not tell. */
export async function availableMemory(root = "/"): Promise<number | null> {
  const text = await readFile(join(root, "proc/meminfo"), "utf8").catch(() => "");
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

async function limitFiles(root: string): Promise<string[]> {
  const text = await readFile(join(root, "proc/self/cgroup"), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [, controllers, ...rest] = line.split(":");
    const path = rest.join(":");
    if (controllers === "")
      return ancestors(path).map((each) => join(root, "sys/fs/cgroup", each, "memory.max"));
    if (controllers !== "memory") return [];
    return ancestors(path).map((each) => join(root, "sys/fs/cgroup/memory", each, "memory.limit_in_bytes"));
  });
}

function ancestors(path: string): string[] {
  const parts = path.split("/").filter(Boolean);
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

/** Infinity when there is no limit (version 2 says `max`, version 1 a number beyond any machine). */
async function readLimit(path: string): Promise<number> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^\d+\s*$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}
