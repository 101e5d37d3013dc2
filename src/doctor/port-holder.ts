import { readdir, readFile, readlink } from "node:fs/promises";

const LISTENING = "0A";

/**
 * Which program listens on a TCP port, for example `nginx (process 4711)`. Linux only, and only of processes that this
 * user may look into. @returns null when it cannot be told
 */
export async function portHolder(port: number): Promise<string | null> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const localPort = Number.parseInt(local?.split(":").at(-1) ?? "", 16);
      if (localPort === port && state === LISTENING && inode !== undefined) inodes.add(`socket:[${inode}]`);
    }
  }
  if (inodes.size === 0) return null;
  const processes = await readdir("/proc").catch((): string[] => []);
  for (const pid of processes.filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsAny(pid, inodes))) continue;
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "a program");
    return `${name.trim()} (process ${pid})`;
  }
  return null;
}

async function holdsAny(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const descriptor of await readdir(folder).catch((): string[] => [])) {
    const target = await readlink(`${folder}/${descriptor}`).catch(() => "");
    if (sockets.has(target)) return true;
  }
  return false;
}
