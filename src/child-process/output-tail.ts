const MAX_LINE_LENGTH = 2000;
const MAX_TAIL_LENGTH = 8192;
const MAX_LINES_PER_SECOND = 100;

/**
 * What native code writes to stdout and stderr: nobody's protocol, possibly garbage, possibly endless. Lines go to the
 * log, the last of them are kept to explain a crash. Both are bounded; what is left out is counted.
 */
export class OutputTail {
  readonly #onLine: (line: string) => void;
  readonly #now: () => number;
  readonly #mayBeKept: (line: string) => boolean;
  #tail = "";
  #second = 0;
  #linesThisSecond = 0;
  #linesLeftOut = 0;

  /**
   * @param now milliseconds
   * @param mayBeKept false for lines that are nobody's business
   */
  constructor(
    onLine: (line: string) => void,
    now: () => number = performance.now.bind(performance),
    mayBeKept: (line: string) => boolean = () => true,
  ) {
    this.#onLine = onLine;
    this.#mayBeKept = mayBeKept;
    this.#now = now;
  }

  get text(): string {
    return this.#tail;
  }

  get linesLeftOut(): number {
    return this.#linesLeftOut;
  }

  /** Reads one stream to its end. */
  async follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let line = "";
    for await (const chunk of stream) {
      const lines = (line + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
      // Only the beginning of an overlong line is kept, so that a line without end takes no memory.
      line = (lines.pop() ?? "").slice(0, MAX_LINE_LENGTH);
      for (const complete of lines) this.#add(complete.slice(0, MAX_LINE_LENGTH));
    }
    this.#add(line);
  }

  #add(line: string): void {
    if (line.trim() === "" || !this.#mayBeKept(line)) return;
    this.#tail = `${this.#tail}${line}\n`.slice(-MAX_TAIL_LENGTH);
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#linesThisSecond = 0;
    }
    this.#linesThisSecond++;
    if (this.#linesThisSecond <= MAX_LINES_PER_SECOND) this.#onLine(line);
    else this.#linesLeftOut++;
  }
}
