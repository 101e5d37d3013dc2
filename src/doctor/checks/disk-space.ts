import type { StatsFs } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { humanBytes } from "../../human-bytes.ts";
import { type Check, fail, notChecked, ok, warn } from "../check.ts";

/** A busy database, its write-ahead log and the rotated log files need this much within a day or two. */
const SCARCE_BYTES = 1024 ** 3;
/** Here the next vacuum or burst of logging may fail. */
const CRITICAL_BYTES = 100 * 1024 ** 2;

export const diskSpace: Check = {
  name: "disk_space",
  title: "Disk space",
  async run({ settings }) {
    const folder = settings.CANVUSLLM_DATA_DIR;
    if (folder === undefined) return notChecked("CANVUSLLM_DATA_DIR");
    const { bavail, blocks, bsize, ffree, files } = await ofNearest(folder);
    if (blocks === 0) return ok(`not told by the file system of ${folder}`);
    const free = bavail * bsize;
    const found = `${humanBytes(free)} free of ${humanBytes(blocks * bsize)} for ${folder}`;
    const advice = "Free some space, or move CANVUSLLM_DATA_DIR to another disk.";
    // Some file systems have no fixed number of files and say 0 of 0.
    if (free < CRITICAL_BYTES || (files > 0 && ffree === 0)) return fail(`only ${found}`, advice);
    return free < SCARCE_BYTES ? warn(`only ${found}`, advice) : ok(found);
  },
};

/** The folder may not exist yet. */
async function ofNearest(folder: string): Promise<StatsFs> {
  try {
    return await statfs(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder) throw error;
    return ofNearest(parent);
  }
}
