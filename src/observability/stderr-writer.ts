/** Entries that wait for a slow reader of stderr; beyond it new ones are dropped and counted. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;

/** What the writer needs of process.stderr. */
export interface OutputStream {
  write(text: string, done: () => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface StreamWriter {
  write(text: string): void;
  /** Entries that were lost because nobody read them. */
  readonly dropped: number;
}

/**
 * Writes to a stream that may be slow, closed or on a full disk: neither stops the service.
 * The pending bytes are counted here because the stream's own count stays 0 in Bun.
 */
export function createStreamWriter(stream: OutputStream, limit = MAX_PENDING_BYTES): StreamWriter {
  let pending = 0;
  let dropped = 0;
  let told = 0;
  stream.on("error", () => {
    dropped++;
  });

  const send = (text: string) => {
    pending += text.length;
    stream.write(text, () => {
      pending -= text.length;
    });
  };

  return {
    get dropped() {
      return dropped;
    },
    write(text) {
      if (pending + text.length > limit) {
        dropped++;
        return;
      }
      if (dropped > told) {
        const count = dropped - told;
        told = dropped;
        send(droppedNotice(count));
      }
      send(text);
    },
  };
}

function droppedNotice(count: number): string {
  const timestamp = new Date().toISOString();
  const message = `${count} log entries were lost because nobody took them`;
  const source = "observability/stderr-writer.ts:droppedNotice";
  return `${JSON.stringify({ timestamp, level: "warn", message, source, dropped_entries: count })}\n`;
}
