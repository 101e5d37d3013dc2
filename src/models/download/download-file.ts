import { open, rename } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { checkModelFile } from "../check-model-file.ts";
import { writeRecord } from "../checksum-record.ts";
import { type FileSource, withoutQuery } from "../file-source.ts";
import { hashFile } from "../hash-file.ts";
import { allocatedBytes, assertFreeSpace, diskError } from "./disk.ts";
import type { DownloadSettings } from "./download-settings.ts";
import { FileChanged, fetchPieces, RangesIgnored } from "./fetch-pieces.ts";
import { fetchStream } from "./fetch-stream.ts";
import { PartialFile, partialPath, removePartial } from "./partial-file.ts";
import { describeWithPatience, type RemoteFile } from "./remote-file.ts";

/** A file that changes again and again while it is fetched is not worth a fourth time. */
const MAX_CHANGES = 3;

export interface DownloadProgress {
  /** `checking`: it is there, its checksum is computed. */
  readonly phase: "downloading" | "checking";
  readonly received: number;
  /** Null when the server does not say. */
  readonly total: number | null;
}

export interface DownloadJob {
  readonly source: FileSource;
  readonly remote: RemoteFile;
  readonly settings: DownloadSettings;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
}

export interface DownloadedFile {
  readonly bytes: number;
  readonly sha256: string;
  /** What the checksum was compared with; `recorded`: with nothing, it is the first one. */
  readonly checksum: "pinned" | "published" | "recorded";
}

/**
 * Downloads a file, checks it, and only then gives it its name.
 * @throws AppError DOWNLOAD_*, MODEL_FILE_INVALID, MODELS_DIR_UNUSABLE
 */
export async function downloadFile(job: DownloadJob): Promise<DownloadedFile> {
  const { source, settings, signal } = job;
  let { remote } = job;
  for (let changes = 0; ; changes += 1) {
    try {
      await fetchBytes({ ...job, remote });
      return await finish({ ...job, remote });
    } catch (thrown) {
      if (!(thrown instanceof FileChanged)) throw thrown;
      await removePartial(source.path);
      if (changes >= MAX_CHANGES) throw damaged(source, "changes again and again while it is downloaded");
      remote = await describeWithPatience(source.url, settings, signal);
    }
  }
}

async function fetchBytes({ source, remote, settings, signal, onProgress }: DownloadJob): Promise<void> {
  const { path } = source;
  const report = (received: number) => onProgress({ phase: "downloading", received, total: remote.bytes });
  const { bytes } = remote;
  // A part of it may be here already.
  const missing = Math.max(0, (bytes ?? 0) - (await allocatedBytes(partialPath(path))));
  await assertFreeSpace(dirname(path), missing, settings.marginBytes);
  if (remote.hasRanges && bytes !== null) {
    const part = await PartialFile.open(path, { ...remote, bytes }, source.sha256 ?? remote.publishedSha256);
    try {
      report(part.pieces.received);
      const whole = { ...remote, bytes };
      await fetchPieces({
        remote: whole,
        part,
        settings,
        signal,
        onProgress: () => report(part.pieces.received),
      });
      return;
    } catch (thrown) {
      if (!(thrown instanceof RangesIgnored)) throw thrown;
    } finally {
      await part.close();
    }
  }
  await fetchStream({ remote, path, settings, signal, onProgress: report });
}

/** Nothing that is wrong keeps anything: not the name, not the bytes. */
async function finish({ source, remote, signal, onProgress }: DownloadJob): Promise<DownloadedFile> {
  const { path } = source;
  const partial = partialPath(path);
  const bytes = Bun.file(partial).size;
  const sha256 = await hashFile(
    partial,
    (received) => onProgress({ phase: "checking", received, total: bytes }),
    signal,
  );
  const expected = source.sha256 ?? remote.publishedSha256;
  if (expected !== null && sha256 !== expected) {
    await removePartial(path);
    throw damaged(source, `has the checksum ${sha256}, expected was ${expected}`);
  }
  try {
    await checkModelFile(partial);
  } catch (error) {
    await removePartial(path);
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message.replace(partial, withoutQuery(source.url)), {
      cause: error,
    });
  }
  const checksum =
    source.sha256 !== null ? "pinned" : remote.publishedSha256 !== null ? "published" : "recorded";
  try {
    await writeRecord(path, sha256, `${withoutQuery(source.url)} (checksum ${checksum})`);
    await rename(partial, path);
    await removePartial(path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw diskError(path, error);
  }
  return { bytes, sha256, checksum };
}

/** So that the new name survives a crash of the machine; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function damaged({ url }: FileSource, what: string): AppError {
  const name = basename(withoutQuery(url));
  return new AppError("DOWNLOAD_DAMAGED", `${name} from ${new URL(url).host} ${what}.`, {
    context: { url: withoutQuery(url) },
  });
}
