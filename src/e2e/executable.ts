import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { atExit } from "./at-exit.ts";

const BUILT = join(import.meta.dir, "../../dist/canvuslocallm");

/** Whatever is awaited in these tests happens within a second or two; this is for a busy machine. */
const PATIENCE_MS = 30_000;

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly correlation_id?: string;
  readonly [field: string]: unknown;
}

/** One run of the built executable, seen from outside: its output, its log, its exit code. It ends with this program. */
export class Execution {
  readonly pid: number;
  readonly exited: Promise<number>;
  readonly log: LogLine[] = [];
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #drained: Promise<unknown>;
  readonly #watchers = new Set<() => void>();

  /**
   * The environment holds nothing but what is given, and PATH.
   * @param launcher a command that starts the executable and is replaced by it, for example one that sets limits
   */
  constructor(
    args: readonly string[],
    environment: Record<string, string> = {},
    cwd?: string,
    launcher: readonly string[] = [],
  ) {
    this.#process = Bun.spawn([...launcher, process.env.CLL_EXECUTABLE ?? BUILT, ...args], {
      env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.pid = this.#process.pid;
    const forget = atExit(() => this.kill("SIGKILL"));
    this.#drained = Promise.all([
      this.#follow(this.#process.stdout, (line) => this.stdout.push(line)),
      this.#follow(this.#process.stderr, (line) => this.#takeErrorLine(line)),
    ]);
    this.exited = this.#process.exited.then(async (code) => {
      forget();
      await this.#drained;
      return code;
    });
  }

  /** The first log entry, past or future, that matches. */
  async logged(matches: (line: LogLine) => boolean): Promise<LogLine> {
    return until(
      () => this.log.find(matches),
      (changed) => this.#onLine(changed),
      () => `no such log entry; the log is:\n${this.stderr.join("\n")}`,
    );
  }

  /** The address of its dashboard, as soon as it answers. */
  async dashboard(): Promise<string> {
    const { message } = await this.logged((line) => line.message.startsWith("dashboard on "));
    return message.replace("dashboard on ", "");
  }

  /** Waits until that many log entries match. */
  async loggedTimes(count: number, matches: (line: LogLine) => boolean): Promise<void> {
    await until(
      () => (this.log.filter(matches).length >= count ? true : undefined),
      (changed) => this.#onLine(changed),
      () => `not ${count} such log entries; the log is:\n${this.stderr.join("\n")}`,
    );
  }

  async printed(matches: (line: string) => boolean): Promise<string> {
    return until(
      () => this.stdout.find(matches),
      (changed) => this.#onLine(changed),
      () => `no such line on stdout; stderr is:\n${this.stderr.join("\n")}`,
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends the process, politely unless told otherwise. @returns the exit code */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.kill(signal);
    return this.exited;
  }

  /** Process ids of the direct children: the runners. */
  async children(): Promise<number[]> {
    const text = await Bun.file(`/proc/${this.pid}/task/${this.pid}/children`).text();
    return text.trim().split(/\s+/).filter(Boolean).map(Number);
  }

  #takeErrorLine(line: string): void {
    this.stderr.push(line);
    if (!line.startsWith("{")) return;
    this.log.push(JSON.parse(line) as LogLine);
  }

  #onLine(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  async #follow(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
    for await (const line of createInterface({ input: Readable.fromWeb(stream as never) })) {
      take(line);
      for (const changed of this.#watchers) changed();
    }
  }
}

/** Waits for a value that an event may bring; fails with an explanation instead of hanging. */
export async function until<T>(
  look: () => T | undefined,
  subscribe: (changed: () => void) => () => void,
  explain: () => string,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const found = Promise.withResolvers<T>();
  const check = () => {
    const value = look();
    if (value !== undefined) found.resolve(value);
  };
  const unsubscribe = subscribe(check);
  const timer = setTimeout(() => found.reject(new Error(explain())), patienceMs);
  check();
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}
