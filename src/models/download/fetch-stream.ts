import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { assertFreeSpace, diskError, giveToFolderOwner } from "./disk.ts";
import type { DownloadSettings } from "./download-settings.ts";
import { partialPath, removePartial } from "./partial-file.ts";
import { Patience } from "./patience.ts";
import type { RemoteFile } from "./remote-file.ts";
import { openRange } from "./transfer.ts";
import { protocolError } from "./transfer-errors.ts";

/** Nothing may be announced of the length, so that the disk has to be watched. */
const CHECK_SPACE_EVERY_BYTES = 64e6;

export interface StreamJob {
  readonly remote: RemoteFile;
  /** Of the finished file. */
  readonly path: string;
  readonly settings: DownloadSettings;
  readonly signal: AbortSignal;
  readonly onProgress: (received: number) => void;
}

/**
 * Fetches the whole file in one go, from a server that sends no parts. What breaks off begins anew.
 * @throws AppError DOWNLOAD_*, MODELS_DIR_UNUSABLE, CANCELLED
 */
export async function fetchStream(job: StreamJob): Promise<void> {
  const { path, settings, signal } = job;
  const patience = new Patience(settings, signal);
  await removePartial(path);
  const handle = await open(partialPath(path), "wx").catch((error) => {
    throw diskError(path, error);
  });
  try {
    await giveToFolderOwner(partialPath(path));
    await patience.repeat(() => fetchOnce(job, handle));
  } catch (error) {
    throw diskError(path, error);
  } finally {
    await handle.close();
  }
}

async function fetchOnce({ remote, path, settings, signal, onProgress }: StreamJob, handle: FileHandle) {
  const answer = await openRange(remote.url, null, settings, signal);
  let received = 0;
  let checkedAt = 0;
  await handle.truncate(0);
  for await (const chunk of answer.body) {
    await writeAll(handle, chunk, received);
    received += chunk.length;
    if (remote.bytes !== null && received > remote.bytes)
      throw protocolError(answer.host, "sends more than it announced");
    if (received - checkedAt > CHECK_SPACE_EVERY_BYTES) {
      checkedAt = received;
      await assertFreeSpace(dirname(path), 0, settings.marginBytes / 2);
    }
    onProgress(received);
  }
  if (received < (remote.bytes ?? 1)) throw protocolError(answer.host, "stopped sending before the end");
  await handle.datasync();
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const result = await handle.write(chunk, written, chunk.length - written, position + written);
    written += result.bytesWritten;
  }
}
