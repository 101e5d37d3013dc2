import { isJsonObject, type JsonObject } from "../json.ts";

/** Reads a stream line by line, blank lines included. */
export class LineReader {
  readonly chunks: Uint8Array[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #buffered = "";

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The next line with its ending; undefined when the stream ended. Rejects when the connection broke. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffered.indexOf("\n") + 1;
      if (end > 0) {
        const line = this.#buffered.slice(0, end);
        this.#buffered = this.#buffered.slice(end);
        return line;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.chunks.push(value);
      this.#buffered += this.#decoder.decode(value, { stream: true });
    }
  }

  /** The next frame, keep-alives skipped. */
  async frame(): Promise<unknown> {
    for (;;) {
      const line = await this.line();
      if (line === undefined) throw new Error("stream ended");
      if (line.trim() !== "") return JSON.parse(line);
    }
  }

  /** The next frame of a collection. */
  async items(): Promise<readonly JsonObject[]> {
    const frame = await this.frame();
    if (!Array.isArray(frame) || !frame.every(isJsonObject)) throw new Error("frame is no array of objects");
    return frame;
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}
