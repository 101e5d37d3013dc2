import { randomUUID } from "node:crypto";
import { open, rm, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { logDirectory } from "../../observability/log-folder.ts";
import { type Check, type CheckResult, fail, notChecked, ok, warn } from "../check.ts";

/** A block on most file systems: a full disk refuses it, while an empty file may still be made. */
const PROBE_BYTES = 4096;
const OTHERS = 0o077;
/** Of the log, which holds no prompts: its group may read it, as the service of the system has it for collectors. */
const STRANGERS = 0o007;

export const dataFolder: Check = {
  name: "data_folder",
  title: "Data folder",
  async run({ settings }) {
    const folder = settings.CANVUSLLM_DATA_DIR;
    return folder === undefined
      ? notChecked("CANVUSLLM_DATA_DIR")
      : examine(folder, "CANVUSLLM_DATA_DIR", OTHERS);
  },
};

export const logs: Check = {
  name: "log_folder",
  title: "Log folder",
  async run({ settings }) {
    const { CANVUSLLM_LOG_DIR, CANVUSLLM_DATA_DIR } = settings;
    if (CANVUSLLM_DATA_DIR === undefined) return notChecked("CANVUSLLM_DATA_DIR");
    return examine(logDirectory({ CANVUSLLM_LOG_DIR, CANVUSLLM_DATA_DIR }), "CANVUSLLM_LOG_DIR", STRANGERS);
  },
};

/** Exists or can be made, can be written to, and is nobody else's to read. */
async function examine(folder: string, setting: string, closedTo: number): Promise<CheckResult> {
  const info = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (info instanceof Error) {
    if (info.code !== "ENOENT") return cannot(folder, "cannot be looked at", info, setting);
    const parent = await existingParent(folder);
    const failure = await tryWriting(parent);
    if (failure !== null)
      return cannot(folder, `does not exist and cannot be made in ${parent}`, failure, setting);
    return ok(`${folder} will be made at the first start`);
  }
  if (!info.isDirectory()) return fail(`${folder} is a file, not a folder`, `Set ${setting} to a folder.`);
  const failure = await tryWriting(folder);
  if (failure !== null) return cannot(folder, "cannot be written to", failure, setting);

  const me = process.getuid?.();
  if (me !== undefined && info.uid !== me) {
    return warn(
      `${folder} belongs to user id ${info.uid}, doctor runs as ${userInfo().username}`,
      `Run doctor as that user: sudo -u '#${info.uid}' canvuslocallm doctor. When the service runs as another one: chown -R USER "${folder}"`,
    );
  }
  const mode = (info.mode & 0o777).toString(8);
  if (process.platform !== "win32" && (info.mode & closedTo) !== 0) {
    return warn(
      `${folder} is open to other users of this machine (mode ${mode}); what it holds is not for them`,
      `chmod ${closedTo === OTHERS ? "700" : "750"} "${folder}"`,
    );
  }
  return ok(process.platform === "win32" ? folder : `${folder} (mode ${mode})`);
}

function cannot(folder: string, what: string, error: NodeJS.ErrnoException, setting: string): CheckResult {
  const full = error.code === "ENOSPC" || error.code === "EDQUOT";
  const reason = full ? "the disk is full" : (error.code ?? error.message);
  const advice = full
    ? "Free some space on that disk."
    : `Give the service's user the right to write there, or set ${setting} to another folder.`;
  return { status: "fail", message: `${folder} ${what}: ${reason}`, advice, code: "STORAGE_UNAVAILABLE" };
}

async function existingParent(folder: string): Promise<string> {
  const parent = dirname(folder);
  if (parent === folder) return parent;
  return (await stat(parent).catch(() => null)) ? parent : existingParent(parent);
}

/** Rights alone do not tell: the disk may be full or mounted read-only. @returns null when it worked. */
async function tryWriting(folder: string): Promise<NodeJS.ErrnoException | null> {
  const path = join(folder, `.doctor-${randomUUID()}`);
  try {
    const handle = await open(path, "wx", 0o600);
    try {
      await handle.write(Buffer.alloc(PROBE_BYTES));
      await handle.sync();
    } finally {
      await handle.close();
      await rm(path, { force: true });
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
