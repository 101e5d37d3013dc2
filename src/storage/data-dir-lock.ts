import type { Database } from "bun:sqlite";
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { exclusiveLock } from "../native/exclusive-lock.ts";
import { createPrivateFile, NO_LINKS, PRIVATE_FILE, PRIVATE_FOLDER } from "./data-files.ts";

const LOCK_NAME = "service.lock";
const OWNER_NAME = "service.pid";
/** The owner's line is padded to one length and written in place: that needs no new space on a full disk. */
const OWNER_BYTES = 128;

/**
 * One owner per data directory. The kernel drops the lock when its process ends, however that happens, so there are no
 * stale locks, and no process id that was given to somebody else can be mistaken for the owner. The id in the file
 * beside it is for people to read.
 */
export class DataDirLock {
  readonly #directory: string;
  readonly #command: string;
  #database: Database | undefined;

  /** @param command what the owner does, for the message to the one that is refused. */
  constructor(directory: string, command: string) {
    this.#directory = directory;
    this.#command = command;
  }

  get held(): boolean {
    return this.#database !== undefined;
  }

  /**
   * Creates the directory when it is missing. Does nothing when the lock is held already.
   * @throws AppError DATA_DIR_IN_USE; SQLite's or the file system's error when there can be no lock, for example on a
   * full or read-only disk.
   */
  acquire(): void {
    if (this.held) return;
    mkdirSync(this.#directory, { recursive: true, mode: PRIVATE_FOLDER });
    // SQLite has one code for all reasons; this tells a directory of somebody else from a read-only disk.
    accessSync(this.#directory, constants.W_OK);
    this.#database = this.#lock() ?? this.#lockAnew();
    this.#writeOwner();
  }

  release(): void {
    if (!this.held) return;
    rmSync(join(this.#directory, OWNER_NAME), { force: true });
    this.#database?.close();
    this.#database = undefined;
  }

  /** @returns undefined when the lock file is damaged. */
  #lock(): Database | undefined {
    createPrivateFile(this.#path);
    const locked = exclusiveLock(this.#path);
    if (locked === "busy") throw this.#inUse();
    return locked === "damaged" ? undefined : locked;
  }

  /** SQLite looks at the content only when nobody holds the lock, so a damaged file has no owner. */
  #lockAnew(): Database {
    closeSync(openSync(this.#path, constants.O_WRONLY | constants.O_TRUNC | NO_LINKS));
    const database = this.#lock();
    if (!database) throw new AppError("STORAGE_UNAVAILABLE", `${this.#path} cannot be used as a lock.`);
    return database;
  }

  get #path(): string {
    return join(this.#directory, LOCK_NAME);
  }

  #inUse(): AppError {
    const owner = this.#readOwner();
    const who = owner === null ? "Another process" : `Process ${owner}`;
    return new AppError("DATA_DIR_IN_USE", `${who} is working with the data directory ${this.#directory}.`, {
      context: { directory: this.#directory },
    });
  }

  #readOwner(): string | null {
    try {
      return readFileSync(join(this.#directory, OWNER_NAME), "utf8").trim() || null;
    } catch {
      return null;
    }
  }

  #writeOwner(): void {
    const line = `${process.pid} (${this.#command})`.padEnd(OWNER_BYTES);
    try {
      const descriptor = openSync(
        join(this.#directory, OWNER_NAME),
        constants.O_RDWR | constants.O_CREAT | NO_LINKS,
        PRIVATE_FILE,
      );
      writeSync(descriptor, line);
      closeSync(descriptor);
    } catch {
      // The lock holds without it; only the message to a second instance knows less.
    }
  }
}
