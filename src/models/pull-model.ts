import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { AppError } from "../errors/app-error.ts";
import { readRecord, writeRecord } from "./checksum-record.ts";
import { type DownloadedFile, type DownloadProgress, downloadFile } from "./download/download-file.ts";
import type { DownloadSettings } from "./download/download-settings.ts";
import { describeWithPatience, type RemoteFile } from "./download/remote-file.ts";
import { type FileSource, withoutQuery } from "./file-source.ts";
import { changeFolder } from "./folder-lock.ts";
import { hashFile } from "./hash-file.ts";

export interface PullJob {
  readonly folder: string;
  readonly sources: readonly FileSource[];
  readonly settings: DownloadSettings;
  readonly signal: AbortSignal;
  /** A file that is there and is another one: replaced, or left alone with MODEL_NAME_TAKEN. */
  readonly replace: boolean;
  readonly onProgress: (source: FileSource, progress: DownloadProgress) => void;
}

export interface PulledFile extends DownloadedFile {
  readonly path: string;
  /** True when it was there already. */
  readonly wasPresent: boolean;
}

/**
 * Gets all files of a model; those that are there and right stay.
 * @throws AppError DOWNLOAD_*, MODEL_*, MODELS_DIR_*; CANCELLED when the signal aborts
 */
export function pullModel(job: PullJob): Promise<PulledFile[]> {
  return changeFolder(job.folder, async () => {
    const pulled: PulledFile[] = [];
    try {
      // The first file of a split model comes last: it is whole only when the others are there.
      for (const source of job.sources.toReversed()) pulled.unshift(await pullFile(source, job));
    } catch (thrown) {
      if (!job.signal.aborted) throw thrown;
      throw new AppError("CANCELLED", "The download was stopped; it goes on where it was the next time.");
    }
    return pulled;
  });
}

async function pullFile(source: FileSource, job: PullJob): Promise<PulledFile> {
  const { settings, signal, replace, onProgress } = job;
  const remote = await describeWithPatience(source.url, settings, signal);
  const expected = expectedSha256(source, remote);
  const present = await presentFile(source, remote, expected, job);
  if (present !== null) {
    const { bytes } = present;
    onProgress(source, { phase: "downloading", received: bytes, total: bytes });
    return { ...present, path: source.path, wasPresent: true };
  }
  if (!replace && existsSync(source.path))
    throw new AppError("MODEL_NAME_TAKEN", `${source.path} is there already and is another file.`);
  const report = (progress: DownloadProgress) => onProgress(source, progress);
  const downloaded = await downloadFile({ source, remote, settings, signal, onProgress: report });
  return { ...downloaded, path: source.path, wasPresent: false };
}

/** @throws AppError DOWNLOAD_DAMAGED when the hub has another file now than the catalogue says: before it is fetched */
function expectedSha256({ url, sha256 }: FileSource, { publishedSha256 }: RemoteFile): string | null {
  if (sha256 === null || publishedSha256 === null || sha256 === publishedSha256)
    return sha256 ?? publishedSha256;
  throw new AppError(
    "DOWNLOAD_DAMAGED",
    `${withoutQuery(url)} is not the file of the catalogue: its checksum is ${publishedSha256}, expected was ${sha256}.`,
  );
}

async function presentFile(
  source: FileSource,
  remote: RemoteFile,
  expected: string | null,
  { signal, onProgress }: PullJob,
): Promise<DownloadedFile | null> {
  const { path } = source;
  const bytes = (await stat(path).catch(() => null))?.size;
  if (bytes === undefined || (remote.bytes !== null && bytes !== remote.bytes)) return null;
  const recorded = await readRecord(path);
  const report = (received: number) => onProgress(source, { phase: "checking", received, total: bytes });
  const sha256 = recorded ?? (await hashFile(path, report, signal));
  if (expected !== null && sha256 !== expected) return null;
  if (recorded === null)
    await writeRecord(path, sha256, `${withoutQuery(source.url)} (it was there already)`);
  const checksum = source.sha256 !== null ? "pinned" : expected !== null ? "published" : "recorded";
  return { bytes, sha256, checksum };
}
