import { dropFile } from "../../src/e2e/canvas-files.ts";
import type { TestCanvas } from "../../src/e2e/test-canvas.ts";
import type { Widget, Write } from "./verdict.ts";

const AGAIN_MS = 50;

export interface Server {
  readonly url: string;
  readonly token: string;
}

/** A file that goes onto the canvas, found again by its name. */
export interface Upload {
  readonly kind: "pdfs" | "images";
  readonly name: string;
  readonly data: Uint8Array;
  readonly fields: Record<string, unknown>;
}

/** The hands of somebody who uses a canvas whose server may be away, slow, or silent about what it did. */
export class Person {
  readonly canvas: TestCanvas;
  readonly #server: Server;

  constructor(server: Server, canvas: TestCanvas) {
    this.#server = server;
    this.canvas = canvas;
  }

  /** @returns the id; null when the server does not have the note. */
  async write(
    text: string,
    fields: { readonly title: string } & Record<string, unknown>,
  ): Promise<string | null> {
    try {
      return (await this.canvas.addNote(text, fields)).id;
    } catch {
      return this.#created((widget) => widget.title === fields.title);
    }
  }

  /** @returns the id; null when the server does not have the file. */
  async upload({ kind, ...file }: Upload): Promise<string | null> {
    try {
      return (await dropFile(this.#server, this.canvas, kind, file)).id;
    } catch {
      return this.#created((widget) => widget.original_filename === file.name);
    }
  }

  /** Until the server has it: a file that others will lie on. */
  async provide(upload: Upload): Promise<string> {
    for (;;) {
      const id = await this.upload(upload);
      if (id !== null) return id;
    }
  }

  /** People try again until it works; what is gone, or ties something to what is gone, is not tried again. */
  async insist<T>(action: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (error instanceof Error && /: 40[04] /.test(error.message)) return undefined;
        await Bun.sleep(AGAIN_MS);
      }
    }
  }

  /**
   * The server's own record knows it also when the service has taken it away again meanwhile; the canvas also when the
   * server was killed before it could write its record.
   */
  async #created(isIt: (widget: NonNullable<Write["widget"]>) => boolean): Promise<string | null> {
    const writes = (await this.insist(() => writesOf(this.#server.url))) ?? [];
    const recorded = writes.flatMap(({ method, applied, widget }) =>
      method === "POST" && applied && widget ? [widget] : [],
    );
    const shown = (await this.insist(() => this.canvas.request("GET", "/widgets"))) as Widget[] | undefined;
    return [...recorded, ...(shown ?? [])].find(isIt)?.id ?? null;
  }
}

/** The newest writes that a simulated server has received, oldest first. */
export async function writesOf(url: string): Promise<readonly Write[]> {
  const response = await fetch(`${url}/_sim/log`);
  return ((await response.json()) as { entries: readonly Write[] }).entries;
}
