import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nanoid } from "nanoid";
import { AppError } from "../errors/app-error.ts";
import { makePrivateFolder } from "../private-folder.ts";
import { sleep, type Timers } from "../timers.ts";
import type { CanvusClient } from "./client.ts";
import type { Widget } from "./widget.ts";

/** A server needs some seconds to take in an upload; until then it does not know the file. */
const READY_ATTEMPTS = 20;
const READY_INTERVAL_MS = 1000;

export interface DownloadsOptions {
  /** Of the service alone: it is emptied when it starts and when it stops. */
  readonly folder: string;
  readonly client: CanvusClient;
  readonly timers: Timers;
}

/** Files from canvases, on disk for as long as somebody reads them. Each is as large as the client allows. */
export class Downloads {
  readonly #options: DownloadsOptions;
  #open = 0;

  constructor(options: DownloadsOptions) {
    this.#options = options;
  }

  /** Removes what a killed service left behind, and makes the folder before somebody else can. */
  async start(): Promise<void> {
    await this.stop();
    // Each download tries again, and says why it cannot be saved.
    await makePrivateFolder(this.#options.folder).catch(() => undefined);
  }

  async stop(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  status(): { readonly open: number } {
    return { open: this.#open };
  }

  /** @throws AppError CANVUS_TOO_LARGE, CANVUS_FILE_NOT_READY, DISK_FULL; CANVUS_NOT_FOUND when the widget is gone */
  async withFile<T>(
    canvasId: string,
    widget: Widget,
    signal: AbortSignal,
    use: (path: string) => Promise<T>,
  ): Promise<T> {
    const { folder } = this.#options;
    await makePrivateFolder(folder);
    const path = join(folder, nanoid());
    this.#open += 1;
    try {
      await this.#fetch(canvasId, widget, path, signal);
      return await use(path);
    } finally {
      this.#open -= 1;
      await rm(path, { force: true });
    }
  }

  async #fetch(canvasId: string, widget: Widget, path: string, signal: AbortSignal): Promise<void> {
    const { client, timers } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await client.download(canvasId, widget, path, signal);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "CANVUS_NOT_FOUND") throw error;
        await client.getWidget(canvasId, widget.id, signal);
        if (attempt === READY_ATTEMPTS) throw notReady(error);
      }
      await sleep(timers, READY_INTERVAL_MS, signal);
    }
  }
}

function notReady(cause: AppError): AppError {
  return new AppError("CANVUS_FILE_NOT_READY", "The Canvus server does not give the file out yet.", {
    cause,
  });
}
