import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly text: string;
  /** The body, when it is JSON. */
  readonly body: Record<string, unknown>;
  /** Resolves when the client has let go of the connection before the answer was complete. */
  readonly abandoned: Promise<void>;
  /** Adds to an answer that has fallen silent. */
  push(event: string): void;
  /** Breaks the connection, wherever the answer is. */
  cutOff(): void;
}

/** What a route answers with: a whole body, or pieces of a stream. */
export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json: unknown }
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly text: string }
  | { readonly headers?: Record<string, string>; readonly bytes: Uint8Array }
  | { readonly events: readonly string[]; readonly end: "complete" | "cut off" | "silent" };

/** What goes wrong instead of the answer, or in the middle of it; null: nothing. */
export type Fault =
  | null
  | Answer
  /** The stream breaks off, or falls silent, after so many events. */
  | { readonly after: number; readonly end: "cut off" | "silent" }
  /** The connection is closed without a word. */
  | { readonly reset: true }
  /** Nothing comes at all. */
  | { readonly silent: true };

export type Route = (request: ReceivedRequest) => Answer;

/** An HTTP server on loopback that plays model servers: each route answers like the real one until a fault is due. */
export class FakeServer {
  readonly url: string;
  readonly requests: ReceivedRequest[] = [];
  readonly #faults: Fault[] = [];
  readonly #close: () => void;
  readonly #watchers = new Set<() => void>();

  private constructor(url: string, close: () => void) {
    this.url = url;
    this.#close = close;
  }

  /** @param routes by method and path: `POST /v1/chat/completions`; others get the 404 of FastAPI */
  static async start(routes: Readonly<Record<string, Route>>, port = 0): Promise<FakeServer> {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((incoming, response) => void fake.#serve(incoming, response, routes));
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const fake = new FakeServer(`http://127.0.0.1:${address.port}`, () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return fake;
  }

  /** What happens to the next requests for answers, one each. */
  fail(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** The requests that went to routes whose path ends so. */
  asked(route: string): ReceivedRequest[] {
    return this.requests.filter(({ path }) => path.split("?")[0]?.endsWith(route));
  }

  /** Resolves with the n-th request, as soon as it has come. */
  async received(index: number): Promise<ReceivedRequest> {
    for (;;) {
      const request = this.requests[index];
      if (request !== undefined) return request;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  stop(): void {
    this.#close();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse, routes: Readonly<Record<string, Route>>) {
    const text = await Array.fromAsync(incoming).then((chunks) => Buffer.concat(chunks).toString());
    const abandoned = Promise.withResolvers<void>();
    response.on("close", () => response.writableFinished || abandoned.resolve());
    const { method = "", url = "" } = incoming;
    const headers = new Headers(incoming.headers as Record<string, string>);
    const body: Record<string, unknown> = text.startsWith("{") ? JSON.parse(text) : {};
    const request = {
      ...{ method, path: url, headers, text, body },
      abandoned: abandoned.promise,
      push: (event: string) => void response.write(event),
      cutOff: () => response.destroy(),
    };
    this.requests.push(request);
    for (const resolve of this.#watchers) resolve();
    this.#watchers.clear();
    const route = routes[`${method} ${url.split("?")[0]}`];
    const answer: Answer = route?.(request) ?? { status: 404, json: { detail: "Not Found" } };
    // Questions about the server itself are no requests for answers.
    send(
      response,
      answer,
      method === "POST" && !url.includes("/tokenize") ? this.#faults.shift() : undefined,
    );
  }
}

function send(response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
  if (!fault) write(response, answer);
  else if ("reset" in fault) response.destroy();
  else if ("after" in fault) {
    const events = "events" in answer ? answer.events.slice(0, fault.after) : [];
    write(response, { events, end: fault.end });
  } else if (!("silent" in fault)) write(response, fault);
}

function write(response: ServerResponse, answer: Answer): void {
  if ("events" in answer) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of answer.events) response.write(event);
    if (answer.end === "complete") response.end();
    if (answer.end === "cut off") setImmediate(() => response.destroy());
    return;
  }
  const status = "status" in answer ? answer.status : 200;
  const kind = "json" in answer ? { "content-type": "application/json" } : {};
  response.writeHead(status ?? 200, { ...kind, ...answer.headers });
  response.end(
    "json" in answer ? JSON.stringify(answer.json) : "text" in answer ? answer.text : answer.bytes,
  );
}
