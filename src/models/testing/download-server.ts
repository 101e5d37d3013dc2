import { createServer, type Server, type Socket } from "node:net";

/** How one request is answered. Without anything: properly, with ranges, like the hub's storage. */
export interface Behaviour {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends elsewhere. */
  readonly redirect?: string;
  /** Sends the whole file whatever is asked for. */
  readonly ignoreRanges?: boolean;
  /** Null: none at all. */
  readonly etag?: string | null;
  /** Closes the connection after so many bytes of the body. */
  readonly breakAfter?: number;
  /** Sends nothing more after so many bytes of the body, and keeps the connection. */
  readonly silentAfter?: number;
  /** Says that the file is longer than it is by so much, or shorter. */
  readonly lieAboutLength?: number;
  /** Says nothing about the length; the end of the connection is the end of the file. */
  readonly hideLength?: boolean;
  /** Sends these bytes instead of the file's. */
  readonly content?: Uint8Array;
  /** Sends another part than the one that is asked for. */
  readonly shiftRange?: number;
  readonly bytesPerSecond?: number;
}

export interface SeenRequest {
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
}

const CHUNK_BYTES = 16 * 1024;
/** How often a slow answer goes on. */
const TICK_MS = 10;

/**
 * An HTTP server for files, below HTTP so that it can lie and break off wherever it likes. It counts what it had to send.
 * It also answers as a proxy does, for whatever host.
 */
export class DownloadServer {
  /** Every request in the order in which it came. */
  readonly requests: SeenRequest[] = [];
  /** Bytes of bodies, whether they arrived or not. */
  sentBytes = 0;
  /** Called after each chunk. */
  onSent: () => void = () => undefined;
  /** How each request is answered; the path is without query, `count` is its number for this path, from 0. */
  behave: (path: string, count: number) => Behaviour = () => ({});
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #counts = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  /** @param files their content by path */
  constructor(files: Readonly<Record<string, Uint8Array>>) {
    this.#files = new Map(Object.entries(files));
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the server is not started");
    return `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    let received = "";
    let answering = Promise.resolve();
    socket.on("data", (data) => {
      received += data.toString("latin1");
      for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
        const head = received.slice(0, end);
        received = received.slice(end + 4);
        answering = answering.then(() => this.#answer(socket, head));
      }
    });
  }

  async #answer(socket: Socket, head: string): Promise<void> {
    const [first = "", ...lines] = head.split("\r\n");
    const target = first.split(" ")[1] ?? "";
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    this.requests.push({ target, headers });
    // A proxy is asked with the whole address.
    const path = new URL(target, this.url).pathname;
    const count = this.#counts.get(path) ?? 0;
    this.#counts.set(path, count + 1);
    const behaviour = this.behave(path, count);
    const file = behaviour.content ?? this.#files.get(path);
    if (behaviour.redirect !== undefined)
      return this.#plain(socket, 302, { location: behaviour.redirect, ...behaviour.headers });
    if (behaviour.status !== undefined || file === undefined)
      return this.#plain(socket, behaviour.status ?? 404, behaviour.headers);
    await this.#send(socket, file, headers.get("range"), behaviour);
  }

  #plain(socket: Socket, status: number, headers: Readonly<Record<string, string>> = {}): void {
    const page = "<html>not the file</html>";
    socket.write(`${headOf(status, { ...headers, "content-length": String(page.length) })}${page}`);
  }

  async #send(
    socket: Socket,
    file: Uint8Array,
    range: string | undefined,
    behaviour: Behaviour,
  ): Promise<void> {
    const { ignoreRanges, etag = '"one"', lieAboutLength = 0, hideLength, shiftRange = 0 } = behaviour;
    const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
    const isPart = asked !== null && ignoreRanges !== true;
    const total = file.length + lieAboutLength;
    const start = isPart ? Number(asked[1]) + shiftRange : 0;
    const last = isPart && asked[2] !== "" ? Math.min(Number(asked[2]) + shiftRange, total - 1) : total - 1;
    if (isPart && start >= total) return this.#plain(socket, 416, { "content-range": `bytes */${total}` });
    socket.write(
      headOf(isPart ? 206 : 200, {
        ...(etag === null ? {} : { etag }),
        ...(isPart ? { "content-range": `bytes ${start}-${last}/${total}` } : {}),
        ...(hideLength ? { connection: "close" } : { "content-length": String(last - start + 1) }),
        ...behaviour.headers,
      }),
    );
    await this.#sendBody(socket, file.subarray(start, last + 1), behaviour);
    // What was announced and is not there: nothing comes after it.
    if (hideLength || start + (last - start) >= file.length) socket.end();
  }

  async #sendBody(socket: Socket, body: Uint8Array, behaviour: Behaviour): Promise<void> {
    const { breakAfter = Number.POSITIVE_INFINITY, silentAfter, bytesPerSecond } = behaviour;
    const end = Math.min(body.length, breakAfter, silentAfter ?? Number.POSITIVE_INFINITY);
    const step = bytesPerSecond === undefined ? CHUNK_BYTES : Math.max(1, (bytesPerSecond * TICK_MS) / 1000);
    for (let sent = 0; sent < end && !socket.destroyed; ) {
      const chunk = body.subarray(sent, Math.min(end, sent + Math.floor(step)));
      const isTaken = socket.write(chunk);
      sent += chunk.length;
      this.sentBytes += chunk.length;
      this.onSent();
      if (bytesPerSecond !== undefined) await Bun.sleep(TICK_MS);
      else if (!isTaken) await drained(socket);
    }
    if (silentAfter !== undefined) await new Promise((resolve) => socket.once("close", resolve));
    else if (body.length > breakAfter) socket.destroy();
  }
}

function headOf(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} Status`, ...lines, "", ""].join("\r\n");
}

function drained(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once("drain", resolve);
    socket.once("close", resolve);
  });
}
