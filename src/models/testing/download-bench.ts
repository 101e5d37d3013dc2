import { expect } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { DEMO_MODEL } from "../builtin-demo.ts";
import { readRecord } from "../checksum-record.ts";
import { type DownloadedFile, type DownloadProgress, downloadFile } from "../download/download-file.ts";
import type { DownloadSettings } from "../download/download-settings.ts";
import { describeWithPatience } from "../download/remote-file.ts";
import { quickSettings } from "./download-jobs.ts";
import { DownloadServer } from "./download-server.ts";

export const MODEL = await Bun.file(join(import.meta.dir, "../demo/demo-text.gguf")).bytes();
export const PATH = "/model.gguf";

interface Changes {
  readonly settings?: Partial<DownloadSettings>;
  readonly sha256?: string | null;
  readonly signal?: AbortSignal;
  readonly url?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Downloads of the demo model from a server into a folder, both of their own. Stop it after the test. */
export class DownloadBench {
  /** Where the file goes; tests may take another one. */
  folder: string;
  readonly server: DownloadServer;
  readonly #ownFolder: string;

  private constructor(folder: string, server: DownloadServer) {
    this.folder = folder;
    this.#ownFolder = folder;
    this.server = server;
  }

  static async start(): Promise<DownloadBench> {
    const folder = await mkdtemp(join(tmpdir(), "cll-download-"));
    return new DownloadBench(folder, await new DownloadServer({ [PATH]: MODEL }).start());
  }

  async stop(): Promise<void> {
    this.server.stop();
    await rm(this.#ownFolder, { recursive: true });
  }

  async download(changes: Changes = {}): Promise<DownloadedFile> {
    const { url = `${this.server.url}${PATH}`, sha256 = null, onProgress = () => undefined } = changes;
    const signal = changes.signal ?? new AbortController().signal;
    const settings = quickSettings(this.server.url, changes.settings);
    const remote = await describeWithPatience(url, settings, signal);
    const source = { url, path: join(this.folder, "model.gguf"), bytes: null, sha256 };
    return downloadFile({ source, remote, settings, signal, onProgress });
  }

  async failure(changes: Changes = {}): Promise<AppError> {
    try {
      await this.download(changes);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    throw new Error("expected a failure");
  }

  async expectModel(): Promise<void> {
    expect((await readdir(this.folder)).sort()).toEqual(["model.gguf", "model.gguf.sha256"]);
    expect(await Bun.file(join(this.folder, "model.gguf")).bytes()).toEqual(MODEL);
    expect(await readRecord(join(this.folder, "model.gguf"))).toBe(DEMO_MODEL.sha256);
  }
}
