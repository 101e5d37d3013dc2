import { constants } from "node:fs";
import { type FileHandle, lstat, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { withoutQuery } from "../file-source.ts";
import { diskError, giveToFolderOwner, NO_LINKS, removeOld } from "./disk.ts";
import { Pieces, pieceSize } from "./pieces.ts";
import type { RemoteFile } from "./remote-file.ts";

/** Above 4 TB at the largest piece size; the file is ours, but it may be damaged. */
const MAX_PIECES = 65_536;
const MAX_STATE_BYTES = 2 * 1024 * 1024;

const Text = Type.Union([Type.String({ maxLength: 4096 }), Type.Null()]);
const Count = Type.Integer({ minimum: 0 });
const State = Type.Object({
  url: Type.String({ maxLength: 4096 }),
  bytes: Type.Integer({ minimum: 1 }),
  validator: Text,
  sha256: Text,
  pieceBytes: Type.Integer({ minimum: 1 }),
  done: Type.Array(Count, { maxItems: MAX_PIECES }),
});
type State = Static<typeof State>;

export function partialPath(path: string): string {
  return `${path}.part`;
}

function statePath(path: string): string {
  return `${path}.part.json`;
}

/** Removes what an unfinished download of this file left. */
export async function removePartial(path: string): Promise<void> {
  await rm(statePath(path), { force: true });
  await rm(partialPath(path), { force: true });
}

/** How much of a file an unfinished download has. @returns null when there is none that can be continued */
export async function partialProgress(path: string): Promise<{ received: number; bytes: number } | null> {
  const state = await readState(path);
  if (state === null || !(await hasBytes(path, state))) return null;
  return { received: state.done.reduce((sum, each) => sum + each, 0), bytes: state.bytes };
}

/**
 * The bytes of an unfinished download (`.part`), and beside them a note of which of them are safe on the disk
 * (`.part.json`). The note is only ever written after the bytes, so after a crash it never claims too much.
 */
export class PartialFile {
  readonly pieces: Pieces;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #state: Omit<State, "done">;

  private constructor(path: string, handle: FileHandle, state: State) {
    this.#path = path;
    this.#handle = handle;
    this.#state = state;
    this.pieces = new Pieces(state.bytes, state.pieceBytes, state.done);
  }

  /** Goes on with an earlier download of the same file, else begins anew. @throws AppError MODELS_DIR_UNUSABLE */
  static async open(
    path: string,
    remote: RemoteFile & { readonly bytes: number },
    sha256: string | null,
  ): Promise<PartialFile> {
    try {
      const url = withoutQuery(remote.url);
      const fresh: State = {
        ...{ url, bytes: remote.bytes, validator: remote.validator, sha256 },
        pieceBytes: pieceSize(remote.bytes),
        done: [],
      };
      const earlier = await readState(path);
      if (earlier !== null && isSameFile(earlier, fresh) && (await hasBytes(path, earlier)))
        return new PartialFile(path, await open(partialPath(path), constants.O_RDWR | NO_LINKS), earlier);
      await removePartial(path);
      const handle = await open(partialPath(path), "wx+");
      await giveToFolderOwner(partialPath(path));
      await handle.truncate(remote.bytes);
      return new PartialFile(path, handle, fresh);
    } catch (error) {
      throw diskError(path, error);
    }
  }

  async write(position: number, chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await this.#handle
        .write(chunk, written, chunk.length - written, position + written)
        .catch((error) => {
          throw diskError(this.#path, error);
        });
      written += bytesWritten;
    }
  }

  /** After this, what has been written so far survives a crash of the machine. */
  async save(): Promise<void> {
    // Taken before the sync: what is written meanwhile is not claimed.
    const state: State = { ...this.#state, done: this.pieces.done() };
    try {
      await this.#handle.datasync();
      const temporary = `${statePath(this.#path)}.new`;
      await removeOld(temporary);
      const file = await open(temporary, "wx");
      try {
        await file.writeFile(JSON.stringify(state));
        await file.datasync();
      } finally {
        await file.close();
      }
      await giveToFolderOwner(temporary);
      await rename(temporary, statePath(this.#path));
    } catch (error) {
      throw diskError(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  get folder(): string {
    return dirname(this.#path);
  }
}

/** Without a checksum or something that changes with the file nobody could tell whether it is still the same. */
function isSameFile(earlier: State, now: State): boolean {
  if (earlier.bytes !== now.bytes) return false;
  if (earlier.sha256 !== null && now.sha256 !== null) return earlier.sha256 === now.sha256;
  return earlier.url === now.url && now.validator !== null && earlier.validator === now.validator;
}

async function readState(path: string): Promise<State | null> {
  const info = await stat(statePath(path)).catch(() => null);
  if (info === null || info.size > MAX_STATE_BYTES) return null;
  try {
    const state: unknown = JSON.parse(await readFile(statePath(path), "utf8"));
    return Value.Check(State, state) && isConsistent(state) ? state : null;
  } catch {
    return null;
  }
}

function isConsistent({ bytes, pieceBytes, done }: State): boolean {
  return done.length === Math.ceil(bytes / pieceBytes) && done.every((each) => each <= pieceBytes);
}

async function hasBytes(path: string, { bytes }: State): Promise<boolean> {
  const info = await lstat(partialPath(path)).catch(() => null);
  return info?.isFile() === true && info.size === bytes;
}
