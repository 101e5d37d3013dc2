import { humanBytes } from "../human-bytes.ts";
import { humanSeconds, TransferRate } from "./transfer-rate.ts";

const REDRAW_EVERY_MS = 200;
/** Where nothing can be redrawn, for example in a log of a script. */
const LINE_EVERY_MS = 10_000;
/** What takes less needs no line of its own there. */
const FIRST_LINE_AFTER_MS = 1000;
const BAR_WIDTH = 24;

export interface Progress {
  readonly label: string;
  /** What is being done, when it is not the download itself. */
  readonly note?: string;
  readonly received: number;
  readonly total: number | null;
}

/** How far something long is: a line that is drawn anew in a terminal, a line now and then elsewhere. */
export class ProgressLine {
  readonly #stream: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;
  readonly #now: () => number;
  #rate = new TransferRate();
  #subject = "";
  #shownAt = Number.NEGATIVE_INFINITY;
  #isDrawn = false;
  #said = { text: "", at: 0 };

  /** @param stream stderr, so that stdout holds results only */
  constructor(stream: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  show(progress: Progress): void {
    const now = this.#now();
    const isTerminal = this.#stream.isTTY === true;
    const subject = `${progress.label} ${progress.note ?? ""}`;
    if (subject !== this.#subject) {
      this.#rate = new TransferRate();
      this.#subject = subject;
      this.#shownAt = isTerminal ? Number.NEGATIVE_INFINITY : now - LINE_EVERY_MS + FIRST_LINE_AFTER_MS;
    }
    this.#rate.add(now, progress.received);
    if (now - this.#shownAt < (isTerminal ? REDRAW_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shownAt = now;
    const text = progressText(progress, this.#rate.bytesPerSecond, isTerminal);
    if (!isTerminal) {
      this.#stream.write(`${text}\n`);
      return;
    }
    this.#stream.write(`\r\x1b[K${text.slice(0, Math.max(20, (this.#stream.columns || 80) - 1))}`);
    this.#isDrawn = true;
  }

  /** A line that stays. Said again and again it is said once in ten seconds. */
  say(text: string): void {
    const now = this.#now();
    if (text === this.#said.text && now - this.#said.at < LINE_EVERY_MS) return;
    this.#said = { text, at: now };
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Makes room for other lines. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write("\r\x1b[K");
    this.#isDrawn = false;
  }
}

/** One line: what, how much of it, how fast, how long still. */
export function progressText(
  { label, note, received, total }: Progress,
  bytesPerSecond: number | null,
  withBar: boolean,
): string {
  const parts = [note === undefined ? label : `${label}: ${note}`];
  if (total !== null && total > 0) {
    const share = Math.min(1, received / total);
    const filled = Math.floor(share * BAR_WIDTH);
    if (withBar) parts.push(`[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`);
    parts.push(`${Math.floor(share * 100)} %`, `${humanBytes(received)} of ${humanBytes(total)}`);
  } else {
    parts.push(humanBytes(received));
  }
  if (bytesPerSecond !== null && bytesPerSecond > 0) {
    parts.push(`${humanBytes(bytesPerSecond)}/s`);
    if (total !== null && total > received)
      parts.push(`${humanSeconds((total - received) / bytesPerSecond)} left`);
  }
  return parts.join("  ");
}
